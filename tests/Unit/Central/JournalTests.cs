using System.Text;
using LightMq.Central.State;
using LightMq.Simulator.Disk;
using Xunit;

namespace LightMq.Unit.Central;

/// <summary>
/// A line that was appended is there whatever happens; what was not finished leaves no trace.
/// </summary>
public sealed class JournalTests
{
    private const string Name = "auth/revocations";

    private static List<string> LinesOf(SimulatedDisk disk, out int damaged)
    {
        var lines = new List<string>();
        using var journal =
            Journal.Open(disk, Name, line => lines.Add(Encoding.UTF8.GetString(line.Span)));
        damaged = journal.Damaged;
        return lines;
    }

    [Fact]
    public void Each_line_that_was_appended_is_there_whenever_the_power_goes()
    {
        var cuts = 0;
        for (var seed = 1; seed <= 300; seed++)
        {
            var disk = new SimulatedDisk(seed);
            disk.PowerOffAt = new Random(seed).Next(3, 60);
            var appended = new List<string>();
            try
            {
                using var journal = Journal.Open(disk, Name, static _ => { });
                for (var i = 0; i < 20; i++)
                {
                    if (i == 10) journal.Rewrite(appended.Select(Encoding.UTF8.GetBytes));
                    journal.Append(Encoding.UTF8.GetBytes($"{{\"number\":{i}}}"));
                    appended.Add($"{{\"number\":{i}}}");
                }
            }
            catch (IOException) when (disk.IsOff)
            {
                cuts++;
            }
            if (seed % 2 == 0) disk.PowerOff();
            else disk.PowerOn();
            disk.PowerOffAt = 0;
            var found = LinesOf(disk, out var damaged);
            Assert.Equal(0, damaged);
            // The last one may have got there though nobody was told.
            Assert.InRange(found.Count, appended.Count, appended.Count + 1);
            Assert.Equal(appended, found.Take(appended.Count));
        }
        Assert.True(cuts > 100, $"the power went {cuts} times only");
    }

    [Fact]
    public void What_failed_can_be_tried_again_and_leaves_nothing_between()
    {
        var disk = new SimulatedDisk(1);
        using (var journal = Journal.Open(disk, Name, static _ => { }))
        {
            journal.Append("\"one\""u8);
            disk.FailAt = disk.Operations + 2;
            Assert.Throws<IOException>(() => journal.Append("\"a longer line that fails\""u8));
            journal.Append("\"two\""u8);
        }
        Assert.Equal(["\"one\"", "\"two\""], LinesOf(disk, out _));
    }

    [Fact]
    public void A_damaged_line_is_passed_over_and_counted()
    {
        var disk = new SimulatedDisk(1);
        using (var journal = Journal.Open(disk, Name, static _ => { }))
            foreach (var text in (string[])["\"one\"", "\"two\"", "\"six\""])
                journal.Append(Encoding.UTF8.GetBytes(text));
        var at = Encoding.ASCII.GetString(disk.Content(Name)).IndexOf("two", StringComparison.Ordinal);
        disk.Damage(Name, at, "x"u8);
        Assert.Equal(["\"one\"", "\"six\""], LinesOf(disk, out var damaged));
        Assert.Equal(1, damaged);
    }
}
