using LightMq.Broker.Durability;
using LightMq.Simulator.Disk;
using LightMq.Store.Disk;
using Xunit;

namespace LightMq.Unit.Store;

[Collection(OneAtATime.Name)]
public sealed class FullDiskTests
{
    [Fact]
    public void Full_is_told_early_and_what_frees_room_is_stored_to_the_last()
    {
        var disk = new SimulatedDisk(1);
        var expected = new Shelf();
        var store = Shelf.Open(disk);
        disk.SpaceBytes = disk.AllNames.Sum(name => (long)disk.Content(name).Length) + (64 << 10);
        var key = 0;
        var afterFull = 0;
        var grow = Adding(key);
        while (true)
        {
            try
            {
                store.Commit(grow);
            }
            catch (DiskFullException)
            {
                break;
            }
            expected.Apply(grow);
            if (store.IsFull) afterFull++;
            grow = Adding(++key);
        }
        Assert.True(afterFull >= 3, $"only {afterFull} groups after being full");
        store.Dispose();

        // The group that found no room is not there, not even in part; the start needs no room.
        store = Shelf.Open(disk);
        Assert.True(store.IsFull);
        Assert.Null(expected.DifferenceTo(Shelf.Of(store)));
        for (var i = 0; i < 40; i++)
        {
            var group = new StoreGroup { Number = i };
            group.Put(StoreCollection.Slots, i % key, Filled(6_000, i));
            group.Delete(StoreCollection.Slots, (i + 1) % key);
            if (i % 2 == 1) group.Put(StoreCollection.Slots, (i + 1) % key, Filled(6_000, i + 7));
            store.Commit(group);
            expected.Apply(group);
        }
        Assert.Null(expected.DifferenceTo(Shelf.Of(store)));

        // And with room again the refused group goes in.
        disk.SpaceBytes = long.MaxValue;
        store.Checkpoint();
        Assert.False(store.IsFull);
        store.Commit(grow);
        expected.Apply(grow);
        disk.PowerOff();
        using var last = Shelf.Open(disk);
        Assert.Null(expected.DifferenceTo(Shelf.Of(last)));
    }

    [Fact]
    public void A_disk_that_is_full_from_the_start_is_an_error_that_says_so()
    {
        var disk = new SimulatedDisk(1) { SpaceBytes = 100_000 };
        Assert.Throws<DiskFullException>(() => Shelf.Open(disk));
        disk.SpaceBytes = long.MaxValue;
        using var store = Shelf.Open(disk);
        Assert.True(store.Report.Created);
        Assert.Null(store.Report.Damage);
    }

    private static StoreGroup Adding(int key)
    {
        var group = new StoreGroup { Number = key + 1 };
        group.Put(StoreCollection.Slots, key, Filled(7_000, key));
        return group;
    }

    private static byte[] Filled(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
