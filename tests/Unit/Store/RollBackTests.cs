using LightMq.Broker.Durability;
using LightMq.Simulator.Disk;
using LightMq.Store;
using LightMq.Store.Disk;
using LightMq.Store.Log;
using Xunit;

namespace LightMq.Unit.Store;

/// <summary>What was acknowledged is never taken back by something older on the same disk.</summary>
[Collection(OneAtATime.Name)]
public sealed class RollBackTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_damaged_newest_header_lets_no_older_frame_win(int headersLost)
    {
        var disk = new SimulatedDisk(1);
        var store = Shelf.Open(disk);
        // Long groups of one generation, then short ones of the next over the start of them.
        for (var i = 1; i <= 8; i++) store.Commit(Slots(i, bytes: 4_000));
        store.Checkpoint();
        for (var i = 1; i <= 3; i++) store.Commit(Slots(100 + i, bytes: 4_000));
        disk.PowerOn();
        var (generation, _) = LogFile.ReadHeaders(disk.Open("log.1"));
        for (var lost = 0; lost < headersLost; lost++)
            disk.Damage("log.1", (generation - lost) % 2 * LogFile.BlockBytes + 9, [0xEE]);
        using var reopened = Shelf.Open(disk);
        Assert.NotNull(reopened.Report.Damage);
        Assert.Equal(103, reopened.Load(1)![0]);
        Assert.Equal(103, reopened.Load(2)![0]);
    }

    [Fact]
    public void A_rename_that_an_earlier_process_could_not_make_durable_is_made_so_before_anything_else()
    {
        for (var cut = 1; ; cut++)
        {
            for (var seed = 0; seed < 8; seed++)
            {
                var disk = new SimulatedDisk(seed);
                // The process is killed, the machine goes on.
                disk.FailAt = cut;
                disk.FailCount = long.MaxValue / 2;
                var isCut = false;
                try
                {
                    Shelf.Open(disk).Dispose();
                }
                catch (IOException)
                {
                    isCut = true;
                }
                disk.PowerOn();
                Shelf.Open(disk).Commit(Slots(7, bytes: 10));
                disk.PowerOff();
                using (var store = Shelf.Open(disk))
                    Assert.True(store.Load(1) is { } bytes && bytes[0] == 7, $"operation {cut}, seed {seed}");
                if (!isCut) return;
            }
        }
    }

    [Fact]
    public void A_complete_pair_above_a_marker_that_names_none_is_taken_not_deleted()
    {
        var disk = new SimulatedDisk(1);
        using (var store = Shelf.Open(disk)) store.Commit(Slots(7, bytes: 10));
        disk.Plant("format", "lightmq-store 1\nlive 0\n"u8);
        using (var store = Shelf.Open(disk)) Assert.Equal(7, store.Load(1)![0]);
        Assert.Equal("lightmq-store 1\nlive 1\n"u8.ToArray(), disk.Content("format"));
    }

    [Fact]
    public void A_half_built_pair_is_not_taken_for_the_live_one_where_the_marker_is_damaged()
    {
        var disk = new SimulatedDisk(1);
        using (var store = Shelf.Open(disk)) store.Commit(Slots(7, bytes: 10));
        using (var other = new SimulatedDisk(2))
        {
            Shelf.Open(other).Dispose();
            disk.Plant("data.2", other.Content("data.1"));
            disk.Plant("log.2", other.Content("log.1"));
        }
        disk.Plant("format", "?"u8);
        using (var store = Shelf.Open(disk)) Assert.Equal(7, store.Load(1)![0]);
        Assert.Contains("quarantine/2/data.2", disk.AllNames);
    }

    [Fact]
    public void A_value_beyond_what_one_document_takes_is_refused_and_costs_nothing_else()
    {
        var disk = new SimulatedDisk(1);
        using var store = Shelf.Open(disk);
        var group = new StoreGroup { Number = 1 };
        group.Put(StoreCollection.Sessions, 5, new byte[LiteStore.ValueBytesMax + 1]);
        var refused = Assert.Throws<ArgumentException>(() => store.Commit(group));
        Assert.Contains("Sessions 5 has 16682001 bytes", refused.Message);
        store.Commit(Slots(1, bytes: 10));
        Assert.DoesNotContain(disk.AllNames, name => name.StartsWith("quarantine", StringComparison.Ordinal));
        var longest = new StoreGroup { Number = 2 };
        longest.Put(StoreCollection.Sessions, 5, new byte[LiteStore.ValueBytesMax]);
        store.Commit(longest);
    }

    [Fact]
    public void An_attempt_on_a_full_disk_does_not_read_the_whole_data_file_again()
    {
        var disk = new SimulatedDisk(1);
        using (var store = Shelf.Open(disk))
            for (var i = 1; i <= 30; i++) store.Commit(Slots(i, bytes: 20_000));
        // A page that nobody asks for: only a whole verification meets it.
        disk.BadSpots.Add(("data.1", disk.Content("data.1").AsSpan().LastIndexOfAnyExcept((byte)0)));
        using (var store = LiteStore.Open(disk, Shelf.Small, isVerified: true))
            Assert.Null(store.Report.Damage);
        using (var store = Shelf.Open(disk)) Assert.NotNull(store.Report.Damage);
    }

    [Fact]
    public void A_stop_does_not_wait_for_loads_on_a_disk_that_refuses()
    {
        using var disk = new SimulatedDisk(1);
        var answered = 0;
        using var first = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var thread = new StoreThread(disk, Shelf.Open(disk), new StoreCallbacks
        {
            Stored = static _ => { },
            Loaded = (_, _) =>
            {
                answered++;
                first.Set();
                goOn.Wait(TimeSpan.FromSeconds(30));
            },
            DiskFull = static _ => { },
            Failed = static _ => { },
            Recovered = static _ => { },
        }, TimeProvider.System);
        for (var i = 0; i < 100_000; i++) thread.Load(i);
        Assert.True(first.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        var stop = new Thread(thread.Dispose);
        stop.Start();
        // Disposing has begun once it waits for the store's thread.
        Assert.True(SpinWait.SpinUntil(
            () => stop.ThreadState.HasFlag(ThreadState.WaitSleepJoin), TimeSpan.FromSeconds(30)));
        goOn.Set();
        Assert.True(stop.Join(TimeSpan.FromSeconds(30)));
        Assert.Equal(1, answered);
    }

    [Fact]
    public void A_limit_on_the_size_of_files_is_a_full_disk() =>
        Assert.True(RealDisk.IsNoRoom(27)); // EFBIG

    // Each group puts slots 1 and 2; the first byte tells which group it was.
    private static StoreGroup Slots(int mark, int bytes)
    {
        var group = new StoreGroup { Number = mark };
        for (var slot = 1; slot <= 2; slot++)
        {
            var value = new byte[bytes];
            new Random(mark * 2 + slot).NextBytes(value);
            value[0] = (byte)mark;
            group.Put(StoreCollection.Slots, slot, value);
        }
        return group;
    }
}
