using LightMq.Broker.Durability;
using LightMq.Simulator.Disk;
using LightMq.Store;
using LightMq.Store.Data;
using Xunit;
using DataPage = LightMq.Store.Data.Page;

namespace LightMq.Unit.Store;

/// <summary>
/// Files that are not as they were written, or not ours: the start succeeds and nothing is wiped.
/// </summary>
[Collection(OneAtATime.Name)]
public sealed class DamageTests
{
    private const int Page = 8192;

    [Fact]
    public void A_flipped_byte_anywhere_in_the_data_costs_no_more_than_its_page()
    {
        var (healthy, expected) = Filled(groups: 40);
        var data = healthy.Content("data.1");
        var damaged = 0;
        for (var page = 0; page * Page < data.Length; page++)
        {
            if (!data.AsSpan(page * Page, Page).ContainsAnyExcept((byte)0)) continue;
            var disk = CopyOf(healthy);
            var at = page * Page + page * 131 % Page;
            disk.Damage("data.1", at, [(byte)(data[at] ^ 0x10)]);
            using var store = Shelf.Open(disk);
            var found = Shelf.Of(store);
            Assert.NotNull(store.Report.Damage);
            Assert.Equal("quarantine/1", store.Report.Quarantine);
            Assert.True(expected.Contains(found), $"page {page}: a value was made up");
            Assert.Equal(found.Count, store.Report.Salvaged);
            // Every entry of a data page belongs to one value; other pages hold none.
            var content = data.AsSpan(page * Page, Page);
            var here = DataPage.TypeOf(content) == DataPage.DataType ? DataPage.EntriesOf(content) : 0;
            Assert.InRange(found.Count, expected.Count - here, expected.Count);
            Assert.Equal((byte)(data[at] ^ 0x10), disk.Content("quarantine/1/data.1")[at]);
            Assert.False(disk.Exists("data.1"));
            damaged++;
        }
        Assert.True(damaged > 20);
    }

    [Fact]
    public void Salvage_is_done_once_and_the_store_goes_on()
    {
        var (disk, _) = Filled(groups: 20);
        disk.Damage("data.1", 3 * Page + 700, [1, 2, 3, 4]);
        Shelf expected;
        using (var store = Shelf.Open(disk))
        {
            Assert.NotNull(store.Report.Damage);
            expected = Shelf.Of(store);
            var group = new Script(99).Next();
            store.Commit(group);
            expected.Apply(group);
        }
        using (var store = Shelf.Open(disk))
        {
            Assert.Null(store.Report.Damage);
            Assert.Null(expected.DifferenceTo(Shelf.Of(store)));
        }
        disk.Damage("data.2", 2 * Page + 99, [(byte)~disk.Content("data.2")[2 * Page + 99]]);
        using (var store = Shelf.Open(disk)) Assert.Equal("quarantine/2", store.Report.Quarantine);
        Assert.Contains("quarantine/1/data.1", disk.AllNames);
        Assert.Contains("quarantine/2/data.2", disk.AllNames);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_salvage_that_is_cut_off_is_done_again(bool error)
    {
        var (healthy, _) = Filled(groups: 20);
        healthy.Damage("data.1", 5 * Page + 60, [1, 2, 3, 4]);
        var reference = CopyOf(healthy);
        Shelf expected;
        using (var store = Shelf.Open(reference)) expected = Shelf.Of(store);
        for (var at = 1; ; at++)
        {
            var disk = CopyOf(healthy, seed: at);
            if (error) disk.FailAt = disk.Operations + at;
            else disk.PowerOffAt = disk.Operations + at;
            var reached = false;
            try
            {
                Shelf.Open(disk);
            }
            catch (IOException)
            {
                reached = true;
            }
            disk.PowerOff();
            using (var store = Shelf.Open(disk))
                Assert.True(expected.DifferenceTo(Shelf.Of(store)) is null, $"operation {at}");
            Assert.Contains("quarantine/1/data.1", disk.AllNames);
            if (reached) continue;
            Assert.True(at > 20);
            return;
        }
    }

    public static TheoryData<string, string> Foreign()
    {
        var cases = new TheoryData<string, string>();
        foreach (var file in new[] { "data.1", "log.1", "format" })
            foreach (var kind in new[] { "random", "sqlite", "empty", "text" }) cases.Add(file, kind);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Foreign))]
    public void A_foreign_file_is_put_aside_and_the_rest_is_kept(string name, string kind)
    {
        var (disk, expected) = Filled(groups: 20);
        var bytes = Bytes(kind);
        disk.Plant(name, bytes);
        using var store = Shelf.Open(disk);
        var found = Shelf.Of(store);
        Assert.NotNull(store.Report.Damage);
        Assert.Equal(bytes, disk.Content($"quarantine/1/{name}"));
        if (name == "data.1") Assert.Equal(0, found.Count);
        else Assert.Null(expected.DifferenceTo(found));
        store.Commit(new Script(5).Next());
    }

    [Theory]
    [InlineData("random")]
    [InlineData("sqlite")]
    public void A_foreign_data_file_is_not_written_into_even_where_the_log_is_full(string kind)
    {
        var (disk, expected) = Filled(groups: 3, close: false);
        var bytes = Bytes(kind);
        disk.Plant("data.1", bytes);
        using var store = Shelf.Open(disk);
        Assert.Equal(bytes, disk.Content("quarantine/1/data.1"));
        Assert.True(expected.Contains(Shelf.Of(store)));
        Assert.True(store.Report.Salvaged > 0);
    }

    [Fact]
    public void A_lost_marker_is_made_again()
    {
        var (disk, expected) = Filled(groups: 10);
        disk.Delete("format");
        using (var store = Shelf.Open(disk))
        {
            Assert.NotNull(store.Report.Damage);
            Assert.Null(store.Report.Quarantine);
            Assert.Null(expected.DifferenceTo(Shelf.Of(store)));
        }
        using var again = Shelf.Open(disk);
        Assert.Null(again.Report.Damage);
    }

    [Fact]
    public void A_newer_format_is_refused_and_left_alone()
    {
        var (disk, _) = Filled(groups: 5);
        disk.Plant("format", "lightmq-store 2\nlive 1 and more\n"u8);
        var before = disk.AllNames.ToDictionary(name => name, disk.Content);
        var refused = Assert.Throws<StoreUnavailableException>(() => Shelf.Open(disk));
        Assert.Contains("format 2", refused.Message);
        Assert.DoesNotContain('\n', refused.Message);
        Assert.Equal(before.Keys.Order(), disk.AllNames);
        foreach (var (name, bytes) in before) Assert.Equal(bytes, disk.Content(name));
    }

    [Fact]
    public void Of_two_versions_of_a_value_the_newer_is_salvaged()
    {
        var disk = new SimulatedDisk(1);
        var old = Put(disk, 1);
        Put(disk, 2);
        using (var data = new DataFile(disk.Open("data.1")))
        {
            // Put the old page back, as another one, in the room behind the pages in use.
            var id = data.Pages - 1;
            BitConverter.TryWriteBytes(old, id);
            data.Write(id, old);
            data.Sync();
        }
        using var store = LiteStore.Open(disk, Shelf.Small, rebuild: true);
        Assert.Equal([2], store.Load(1)!);
        Assert.Equal(1, store.Report.Salvaged);
    }

    // Gives the page that the value is on.
    private static byte[] Put(SimulatedDisk disk, byte value)
    {
        using (var store = Shelf.Open(disk))
        {
            var group = new StoreGroup { Number = value };
            group.Put(StoreCollection.Slots, 1, [value]);
            store.Commit(group);
        }
        return disk.Content("data.1").Chunk(Page).First(page => DataPage.TypeOf(page) == DataPage.DataType);
    }

    [Fact]
    public void Bad_spots_are_gone_around()
    {
        var (disk, expected) = Filled(groups: 30);
        disk.BadSpots.Add(("data.1", 6 * Page + 1));
        using (var store = Shelf.Open(disk))
        {
            Assert.Contains("page 6", store.Report.Damage);
            Assert.True(expected.Contains(Shelf.Of(store)));
        }
        disk.BadSpots.Add(("log.2", 3 * 4096));
        using (var store = Shelf.Open(disk)) Assert.Contains("unreadable", store.Report.Damage);
    }

    [Fact]
    public void A_disk_that_reads_nothing_is_waited_for_and_not_taken_for_damage()
    {
        var (disk, expected) = Filled(groups: 10);
        disk.FailReads = true;
        Assert.ThrowsAny<IOException>(() => Shelf.Open(disk));
        disk.FailReads = false;
        using var store = Shelf.Open(disk);
        Assert.Null(store.Report.Damage);
        Assert.Null(expected.DifferenceTo(Shelf.Of(store)));
    }

    [Fact]
    public void A_page_that_goes_bad_while_running_is_found_and_the_store_mended()
    {
        var (disk, expected) = Filled(groups: 30);
        var store = Shelf.Open(disk);
        for (var page = 1; page < 12; page++) disk.Damage("data.1", page * Page + 100, [1, 2, 3, 4, 5, 6, 7]);
        Assert.ThrowsAny<IOException>(() =>
        {
            for (var i = 0; i < 12; i++)
            {
                var group = new Script(i).Next();
                store.Commit(group);
                expected.Apply(group);
            }
        });
        Assert.Throws<IOException>(() => store.Commit(new Script(1).Next()));
        store.Dispose();
        // What LiteDB left behind must not throw from a finalizer: that would end the process.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var mended = Shelf.Open(disk);
        Assert.NotNull(mended.Report.Damage);
        mended.Commit(new Script(5).Next());
    }

    private static byte[] Bytes(string kind)
    {
        var bytes = new byte[50_000];
        new Random(3).NextBytes(bytes);
        if (kind == "sqlite") "SQLite format 3\0"u8.CopyTo(bytes);
        return kind switch
        {
            "empty" => [],
            "text" => "this is not yours\n"u8.ToArray(),
            _ => bytes,
        };
    }

    private static (SimulatedDisk Disk, Shelf Expected) Filled(int groups, bool close = true)
    {
        var disk = new SimulatedDisk(1);
        var script = new Script(11);
        var expected = new Shelf();
        var store = Shelf.Open(disk);
        for (var i = 0; i < groups; i++)
        {
            var group = script.Next();
            store.Commit(group);
            expected.Apply(group);
        }
        if (close) store.Dispose();
        else disk.PowerOn();
        return (disk, expected);
    }

    internal static SimulatedDisk CopyOf(SimulatedDisk disk, int seed = 1)
    {
        var copy = new SimulatedDisk(seed);
        foreach (var name in disk.AllNames) copy.Plant(name, disk.Content(name));
        return copy;
    }
}
