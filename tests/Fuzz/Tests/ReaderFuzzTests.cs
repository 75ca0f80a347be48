using LightMq.Fuzz.Reader;
using Xunit;

namespace LightMq.Fuzz.Tests;

/// <summary>The readers, the WebSocket and the engine take any bytes in any cut.</summary>
public sealed class ReaderFuzzTests(ITestOutputHelper output)
{
    /// <summary>Seeds of the build server's run, each for every reader: some 20 s.</summary>
    private const int Seeds = 40_000;

    private static readonly TimeSpan InputTimeMax = TimeSpan.FromSeconds(30);

    [Fact]
    public void Whole_and_cut_mean_the_same_and_nothing_but_a_protocol_error_leaves()
    {
        var run = new ReaderRun(ReaderRun.All, InputTimeMax);
        var finding = run.Run(first: 1, Seeds);
        output.WriteLine(run.Summary());
        Assert.True(finding is null, $"{finding}");
    }

    [Fact]
    public void A_seed_makes_the_same_input_again()
    {
        foreach (var target in ReaderRun.All)
            for (var seed = 1; seed <= 50; seed++) Assert.Equal(target.InputOf(seed), target.InputOf(seed));
    }

    [Fact]
    public void Inputs_are_read_whole_broken_and_cut_off_alike()
    {
        // The crowd's end says nothing.
        foreach (var target in ReaderRun.All.Where(static one => one is not CrowdTarget))
        {
            var ends = new Dictionary<string, int>();
            for (var seed = 1; seed <= 1_000; seed++)
            {
                // "3 packets, then CLAUSE" is counted by clause.
                var end = target.Read(seed, target.InputOf(seed), Cut.Whole).End
                    .Split(", then ")[^1].TrimStart([.. "0123456789"]);
                ends[end] = ends.GetValueOrDefault(end) + 1;
            }
            output.WriteLine($"{target.Name}: {ends.Count} ends, most often "
                + string.Join(", ", ends.OrderByDescending(one => one.Value).Take(4)));
            Assert.InRange(ends.Values.Max(), 1, 850);
            Assert.InRange(ends.Count, target is EngineTarget ? 2 : 10, 1_000);
        }
    }
}
