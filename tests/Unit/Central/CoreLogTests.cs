using System.Text;
using LightMq.Broker.Streams;
using LightMq.Central.Core;
using LightMq.Lmq;
using LightMq.Simulator.Disk;
using Xunit;

namespace LightMq.Unit.Central;

/// <summary>The embedded core: what was committed is there, once, in order, whatever the disk does.</summary>
public sealed class CoreLogTests
{
    private static readonly EpochText Epoch = new(3, 77);

    private static readonly CoreOptions Small = new() { Partitions = 4, SegmentBytes = 8 << 10 };

    private static void Add(CoreLog log, string client, long sequence, string text = "x",
        string topic = "plant/a", bool isKeyed = true, long at = 1_000) => log.Add(new CoreEntry
        {
            Qos = 1,
            Gateway = "GID_gate@@@1"u8,
            Client = Encoding.UTF8.GetBytes(client),
            Epoch = Epoch,
            Sequence = sequence,
            TakenAt = at,
            Key = isKeyed ? Encoding.UTF8.GetBytes(client) : [],
            Topic = Encoding.UTF8.GetBytes(topic),
            Properties = "p"u8,
            Payload = Encoding.UTF8.GetBytes(text),
        });

    private static long LastOf(CoreLog log, string client) =>
        log.Marks.LastOf(new StreamName("GID_gate@@@1", client, Epoch));

    private static List<string> All(CoreLog log, string parent = "plant", int partitions = 4)
    {
        var texts = new List<string>();
        for (var partition = 0; partition < partitions; partition++)
            for (long offset = 0; ;)
            {
                var part = log.Read(parent, partition, offset, 7, 1 << 20);
                if (part.Count == 0) break;
                foreach (var message in part)
                {
                    Assert.True(message.Offset >= offset);
                    offset = message.Offset + 1;
                    texts.Add($"{Encoding.UTF8.GetString(message.Record.Entry.Client)} "
                        + Encoding.UTF8.GetString(message.Record.Entry.Payload));
                }
            }
        return texts;
    }

    [Fact]
    public void What_is_committed_is_read_by_partition_in_order_and_nothing_else_is()
    {
        var disk = new SimulatedDisk(1);
        using var log = CoreLog.Open(disk, Small);
        for (var i = 1; i <= 300; i++) Add(log, $"c{i % 10}", (i + 9) / 10, $"{i}");
        Assert.Empty(All(log));
        log.Commit();
        var texts = All(log);
        Assert.Equal(300, texts.Count);
        for (var client = 0; client < 10; client++)
        {
            var own = texts.Where(text => text.StartsWith($"c{client} "))
                .Select(static text => int.Parse(text.Split(' ')[1])).ToList();
            Assert.Equal(30, own.Count);
            Assert.Equal(own.Order(), own);
        }
        Add(log, "c1", 31, "late");
        Assert.DoesNotContain("c1 late", All(log));
    }

    [Fact]
    public void Bytes_of_a_record_come_back_as_they_were()
    {
        var disk = new SimulatedDisk(1);
        using var log = CoreLog.Open(disk, Small);
        Add(log, "c1", 5, "text", "plant/b/c", at: 42);
        log.Commit();
        var partition = (int)(Partitions.StableHash("c1"u8) % 4);
        var message = Assert.Single(log.Read("plant", partition, 0, 10, 1_000));
        var record = message.Record.Entry;
        Assert.Equal((0L, 5L, 42L, (byte)1, false),
            (message.Offset, record.Sequence, record.TakenAt, record.Qos, record.CleanSession));
        Assert.Equal(Epoch, record.Epoch);
        Assert.Equal("GID_gate@@@1 c1 c1 plant/b/c p text", string.Join(' ', new[]
        {
            record.Gateway.ToArray(), record.Client.ToArray(), record.Key.ToArray(), record.Topic.ToArray(),
            record.Properties.ToArray(), record.Payload.ToArray(),
        }.Select(Encoding.UTF8.GetString)));
    }

    [Fact]
    public void A_restart_knows_offsets_and_marks_over_many_segments()
    {
        var disk = new SimulatedDisk(1);
        List<string> before;
        using (var log = CoreLog.Open(disk, Small))
        {
            for (var i = 1; i <= 200; i++)
            {
                Add(log, $"c{i % 7}", i, $"{i}");
                if (i % 3 == 0) log.Commit();
            }
            log.Commit();
            before = All(log);
        }
        Assert.True(disk.AllNames.Count > 3, "it was all one segment");
        using var again = CoreLog.Open(disk, Small);
        Assert.Empty(again.Damage);
        Assert.Equal(before, All(again));
        Assert.Equal(200, LastOf(again, "c4"));
        Assert.Equal(0, LastOf(again, "stranger"));
    }

    [Fact]
    public void Offsets_go_on_and_marks_stay_when_old_segments_are_gone()
    {
        var disk = new SimulatedDisk(1);
        var options = Small with { KeptBytes = 16 << 10 };
        (long First, long Next) bounds;
        using (var log = CoreLog.Open(disk, options))
        {
            Add(log, "early", 9, "first");
            for (var i = 1; i <= 400; i++)
            {
                Add(log, "c", i, $"{i}");
                log.Commit();
            }
            Assert.True(log.Trim(2_000) > 0);
            Assert.True(log.Bytes <= (16 << 10) + (8 << 10));
            bounds = log.BoundsOf("plant", (int)(Partitions.StableHash("c"u8) % 4))!.Value;
        }
        using var again = CoreLog.Open(disk, options);
        var partition = (int)(Partitions.StableHash("c"u8) % 4);
        Assert.Equal(bounds, again.BoundsOf("plant", partition));
        Assert.Equal(9, LastOf(again, "early"));
        // A reader that was away too long begins with the oldest that is kept.
        Assert.Equal(bounds.First, again.Read("plant", partition, 0, 1, 1_000)[0].Offset);
        Add(again, "c", 401, "next");
        again.Commit();
        Assert.Equal(bounds.Next, again.Read("plant", partition, bounds.Next, 1, 1_000)[0].Offset);
    }

    [Fact]
    public void Messages_go_by_age_and_marks_after_thirty_days()
    {
        var disk = new SimulatedDisk(1);
        using var log = CoreLog.Open(disk, Small with { KeptMilliseconds = 1_000 });
        for (var i = 1; i <= 100; i++)
        {
            Add(log, "c", i, new string('x', 200), at: 10_000 + i);
            log.Commit();
        }
        Assert.Equal(0, log.Trim(10_500));
        Assert.True(log.Trim(11_090) > 0);
        Assert.Equal(100, LastOf(log, "c"));
        log.Trim(10_100 + StreamMarks.KeptMilliseconds);
        Assert.Equal(100, LastOf(log, "c"));
        log.Trim(10_101 + StreamMarks.KeptMilliseconds);
        Assert.Equal(0, LastOf(log, "c"));
    }

    [Fact]
    public void Messages_without_a_key_go_round_and_a_gap_moves_the_mark()
    {
        var disk = new SimulatedDisk(1);
        using var log = CoreLog.Open(disk, Small);
        for (var i = 1; i <= 8; i++) Add(log, "c", i, $"{i}", isKeyed: false);
        log.Add(new CoreEntry
        {
            IsGap = true, Gateway = "GID_gate@@@1"u8, Client = "c"u8, Epoch = Epoch,
            Sequence = 9, LastSequence = 20, Topic = "policy"u8, TakenAt = 1_000,
        });
        log.Commit();
        for (var partition = 0; partition < 4; partition++)
            Assert.Equal(2, log.Read("plant", partition, 0, 10, 1_000).Count);
        Assert.Equal(20, LastOf(log, "c"));
        log.Dispose();
        using var again = CoreLog.Open(disk, Small);
        Assert.Equal(20, LastOf(again, "c"));
        Assert.Equal(8, All(again).Count);
    }

    [Fact]
    public void A_refused_write_loses_nothing_and_is_made_again()
    {
        var disk = new SimulatedDisk(1);
        using var log = CoreLog.Open(disk, Small);
        for (var i = 1; i <= 60; i++)
        {
            Add(log, "c", i, new string('x', 150) + $" {i}");
            // Writes, syncs, new segments: each fails once.
            disk.FailAt = disk.Operations + 1 + i % 3;
            for (var tries = 0; ; tries++)
            {
                try
                {
                    log.Commit();
                    break;
                }
                catch (IOException) when (tries < 5)
                {
                    Add(log, "d", i * 10 + tries, "meanwhile");
                }
            }
        }
        Assert.Equal(60, All(log).Count(static text => text.StartsWith("c ")));
        var before = All(log);
        using var again = CoreLog.Open(disk, Small);
        Assert.Equal(before, All(again));
        Assert.Empty(again.Damage);
    }

    [Fact]
    public void After_a_power_cut_all_that_was_committed_is_there_and_marks_fit_it()
    {
        for (var seed = 1; seed <= 300; seed++)
        {
            var disk = new SimulatedDisk(seed);
            var random = new Random(seed);
            var committed = 0;
            for (var life = 0; life < 4; life++)
            {
                CoreLog? log = null;
                try
                {
                    disk.PowerOffAt = disk.Operations + random.Next(1, 60);
                    log = CoreLog.Open(disk, Small with { SegmentBytes = 2 << 10 });
                    var known = (int)LastOf(log, "c");
                    Check(log, known, committed, seed);
                    for (var i = known + 1; i <= known + 60; i++)
                    {
                        Add(log, "c", i, $"{i}");
                        if (random.Next(3) > 0) continue;
                        log.Commit();
                        committed = i;
                    }
                }
                catch (IOException) when (disk.IsOff)
                {
                    // The power went.
                }
                log?.Dispose();
                // A power cut, or the end of the process alone, which leaves what was written to the kernel.
                if (random.Next(2) == 0) disk.PowerOff();
                else disk.PowerOn();
            }
            using var last = CoreLog.Open(disk, Small);
            Check(last, (int)LastOf(last, "c"), committed, seed);
        }
    }

    [Fact]
    public void Damage_in_the_middle_is_passed_over_told_and_not_removed()
    {
        var disk = new SimulatedDisk(1);
        using (var log = CoreLog.Open(disk, Small with { SegmentBytes = 1 << 20 }))
            for (var i = 1; i <= 20; i++)
            {
                Add(log, "c", i, $"{i}");
                log.Commit();
            }
        var name = disk.AllNames.Single();
        var length = disk.Content(name).Length;
        // The head of the fifth message's batch, and the body of the tenth's.
        disk.Damage(name, 5 * BatchHead.SectorBytes + 3, [1, 2, 3]);
        disk.Damage(name, 10 * BatchHead.SectorBytes + BatchHead.Size + 60, [1, 2, 3]);
        using var again = CoreLog.Open(disk, Small with { SegmentBytes = 1 << 20 });
        Assert.Equal(2, again.Damage.Count);
        Assert.Equal(length, disk.Content(name).Length);
        Assert.Equal(
            Enumerable.Range(1, 20).Where(static i => i is not (5 or 10)).Select(static i => $"c {i}"),
            All(again));
        Assert.Equal(20, LastOf(again, "c"));
        // Offsets of what is lost are not given to others.
        var partition = (int)(Partitions.StableHash("c"u8) % 4);
        Assert.Equal(5, again.Read("plant", partition, 4, 1, 1_000)[0].Offset);
    }

    [Fact]
    public void A_stable_hash_is_stable() => Assert.Equal(
        [2_166_136_261u, 3_826_002_220u, 440_920_331u],
        new[] { Partitions.StableHash(""u8), Partitions.StableHash("a"u8), Partitions.StableHash("abc"u8) });

    private static void Check(CoreLog log, int known, int committed, int seed)
    {
        Assert.True(known >= committed, $"seed {seed}: {committed} was committed, {known} is known");
        var texts = All(log);
        Assert.True(Enumerable.Range(1, known).Select(static i => $"c {i}").SequenceEqual(texts),
            $"seed {seed}: {string.Join(',', texts)}; damage: {string.Join("; ", log.Damage)}");
    }
}
