using LightMq.Broker.Durability;
using LightMq.Simulator.Disk;
using LightMq.Store.Log;
using Xunit;

namespace LightMq.Unit.Store;

/// <summary>What is left of a log that stops anywhere.</summary>
[Collection(OneAtATime.Name)]
public sealed class LogTests
{
    private const int Block = LogFile.BlockBytes;
    private const int Start = LogFile.HeaderBytes;

    [Fact]
    public void A_log_cut_anywhere_gives_the_groups_before_the_cut()
    {
        var (disk, shelves, ends) = Logged(groups: 6);
        var log = disk.Content("log.1");
        foreach (var cut in Cuts(ends[^1]))
        {
            var torn = log.ToArray();
            torn.AsSpan(cut).Clear();
            var copy = DamageTests.CopyOf(disk);
            copy.Plant("log.1", torn);
            using var store = Shelf.Open(copy);
            // Behind the last frame there are only zeros to cut off.
            var whole = ends.Count(end => LastUsed(log, end) <= cut);
            Assert.True(store.Report.Damage is null, $"cut at {cut}: {store.Report.Damage}");
            Assert.Equal(whole, store.Report.GroupsReplayed);
            Assert.True(shelves[whole].DifferenceTo(Shelf.Of(store)) is null, $"cut at {cut}");
        }
    }

    [Fact]
    public void A_damaged_group_with_sound_ones_behind_it_is_damage()
    {
        var (disk, shelves, ends) = Logged(groups: 6);
        var log = disk.Content("log.1");
        for (var group = 0; group < 4; group++)
        {
            var copy = DamageTests.CopyOf(disk);
            var at = (group == 0 ? Start : ends[group - 1]) + 40;
            copy.Damage("log.1", at, [(byte)~log[at]]);
            using var store = Shelf.Open(copy);
            Assert.Contains($"group {group + 1} of the log", store.Report.Damage);
            Assert.Equal("quarantine/1", store.Report.Quarantine);
            // What the sound groups behind it put, and nobody changed later, is saved.
            var found = Shelf.Of(store);
            Assert.True(found.Count > 0 && found.Count <= shelves.Sum(shelf => shelf.Count));
            Assert.True(found.Holds(StoreCollection.Meta, 5, [5]), $"group {group + 1}");
        }
    }

    [Fact]
    public void Damage_in_the_last_group_cannot_be_told_from_a_torn_write()
    {
        var (disk, shelves, ends) = Logged(groups: 3);
        disk.Damage("log.1", ends[1] + 50, [0x55, 0x55]);
        using var store = Shelf.Open(disk);
        Assert.Null(store.Report.Damage);
        Assert.Null(shelves[2].DifferenceTo(Shelf.Of(store)));
    }

    [Fact]
    public void The_first_group_of_a_generation_may_be_lost_in_any_part()
    {
        // Generation 1 fills the log; a second opening begins the next and writes one group over its start.
        var (disk, shelves, _) = Logged(groups: 6);
        var store = Shelf.Open(disk);
        var before = disk.Content("log.1");
        var group = new StoreGroup { Number = 7 };
        group.Put(StoreCollection.Slots, 77, new byte[20_000].Select((_, i) => (byte)(i * 7)).ToArray());
        store.Commit(group);
        var after = disk.Content("log.1");
        disk.PowerOn();
        var same = after.Zip(before).Reverse().TakeWhile(pair => pair.First == pair.Second).Count();
        var last = after.Length - same;
        for (var keep = 0; keep < 64; keep++)
        {
            // Each of the first six blocks of the group is the new one or still that of the generation
            // before.
            var mixed = after.ToArray();
            for (var bit = 0; bit < 6; bit++)
            {
                var at = Start + bit * Block;
                if ((keep >> bit & 1) == 0) before.AsSpan(at, Block).CopyTo(mixed.AsSpan(at));
            }
            var copy = DamageTests.CopyOf(disk);
            copy.Plant("log.1", mixed);
            using var reopened = Shelf.Open(copy);
            Assert.True(reopened.Report.Damage is null, $"{keep}: {reopened.Report.Damage}");
            var expected = shelves[6].Copy();
            var whole = Enumerable.Range(0, 6)
                .All(bit => (keep >> bit & 1) == 1 || Start + bit * Block >= last);
            if (whole) expected.Apply(group);
            Assert.True(expected.DifferenceTo(Shelf.Of(reopened)) is null, $"{keep}");
            reopened.Commit(group);
            expected.Apply(group);
            Assert.Null(expected.DifferenceTo(Shelf.Of(reopened)));
        }
    }

    [Fact]
    public void A_group_of_another_history_does_not_go_on_from_this_one()
    {
        var (disk, shelves, ends) = Logged(groups: 2);
        var (other, _, otherEnds) = Enumerable.Range(22, 100).Select(seed => Logged(groups: 2, seed))
            .First(run => IndexAt(run.Disk.Content("log.1"), run.Ends[0])
                == IndexAt(disk.Content("log.1"), ends[0]));
        var theirs = other.Content("log.1").AsSpan(otherEnds[0]..otherEnds[1]);
        var spliced = disk.Content("log.1");
        spliced.AsSpan(ends[0]).Clear();
        theirs.CopyTo(spliced.AsSpan(ends[0]));
        // Only the chain tells them apart: generation, group and index are the ones wanted.
        Assert.Equal(IndexAt(disk.Content("log.1"), ends[0]), IndexAt(spliced, ends[0]));
        disk.Plant("log.1", spliced);
        using var store = Shelf.Open(disk);
        Assert.Equal(1, store.Report.GroupsReplayed);
        Assert.Null(shelves[1].DifferenceTo(Shelf.Of(store)));
    }

    [Fact]
    public void A_lost_generation_header_is_damage_and_loses_nothing()
    {
        var (disk, shelves, _) = Logged(groups: 6);
        var (generation, _) = LogFile.ReadHeaders(disk.Open("log.1"));
        disk.Damage("log.1", generation % 2 * Block + 9, [0xEE]);
        using var store = Shelf.Open(disk);
        Assert.NotNull(store.Report.Damage);
        Assert.Null(shelves[6].DifferenceTo(Shelf.Of(store)));
    }

    [Fact]
    public void A_group_larger_than_the_log_is_stored()
    {
        var disk = new SimulatedDisk(1);
        var group = new StoreGroup { Number = 1 };
        var value = new byte[600_000];
        new Random(1).NextBytes(value);
        group.Put(StoreCollection.Slots, 1, value);
        Shelf.Open(disk).Commit(group);
        disk.PowerOff();
        using var store = Shelf.Open(disk);
        Assert.Equal(1, store.Report.GroupsReplayed);
        Assert.Equal(value, store.Load(1));
    }

    // Groups in the log, none in the data file; what was held after each, and where each ends.
    private static (SimulatedDisk Disk, Shelf[] Shelves, List<int> Ends) Logged(
        int groups, int scriptSeed = 21)
    {
        var disk = new SimulatedDisk(1);
        var script = new Script(scriptSeed);
        var shelves = new List<Shelf> { new() };
        var ends = new List<int>();
        var store = Shelf.Open(disk);
        for (var i = 0; i < groups; i++)
        {
            var group = script.Next();
            if (i == 4) group.Put(StoreCollection.Meta, 5, [5]);
            var written = disk.BytesWritten;
            store.Commit(group);
            ends.Add((i == 0 ? Start : ends[^1]) + (int)(disk.BytesWritten - written));
            shelves.Add(shelves[^1].Copy());
            shelves[^1].Apply(group);
        }
        disk.PowerOn();
        return (disk, [.. shelves], ends);
    }

    private static uint IndexAt(byte[] log, int at) =>
        Frame.TryReadHeader(log.AsSpan(at), out var frame) ? frame.Index : uint.MaxValue;

    private static int LastUsed(byte[] log, int end) =>
        log.AsSpan(0, end).LastIndexOfAnyExcept((byte)0) + 1;

    // Every sector, and around every byte count a frame may end at.
    private static IEnumerable<int> Cuts(int end)
    {
        for (var at = Start; at <= end; at += 512)
        {
            yield return at;
            yield return at + 33;
        }
    }
}
