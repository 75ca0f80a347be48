using LightMq.Broker.Durability;
using LightMq.Simulator.Disk;
using Xunit;

namespace LightMq.Unit.Store;

[Collection(OneAtATime.Name)]
public sealed class LiteStoreTests
{
    [Fact]
    public void What_is_committed_is_there_after_reopening()
    {
        var disk = new SimulatedDisk(1);
        var expected = new Shelf();
        var script = new Script(7);
        for (var life = 0; life < 4; life++)
        {
            using var store = Shelf.Open(disk);
            Assert.Equal(life == 0, store.Report.Created);
            Assert.Null(expected.DifferenceTo(Shelf.Of(store)));
            for (var i = 0; i < 60; i++)
            {
                var group = script.Next();
                store.Commit(group);
                expected.Apply(group);
            }
            Assert.Null(expected.DifferenceTo(Shelf.Of(store)));
        }
        Assert.True(expected.Count > 20);
    }

    [Fact]
    public void A_slot_is_read_back()
    {
        using var store = Shelf.Open(new SimulatedDisk(1));
        var group = new StoreGroup { Number = 1 };
        group.Put(StoreCollection.Slots, 3, [1, 2, 3]);
        group.Put(StoreCollection.Slots, 4, new byte[30_000]);
        group.Put(StoreCollection.Sessions, 3, [9]);
        store.Commit(group);
        Assert.Equal([1, 2, 3], store.Load(3)!);
        store.Checkpoint();
        Assert.Equal(new byte[30_000], store.Load(4)!);
        Assert.Null(store.Load(5));
    }

    [Fact]
    public void The_last_change_of_a_key_in_a_group_counts()
    {
        using var store = Shelf.Open(new SimulatedDisk(1));
        var group = new StoreGroup { Number = 1 };
        group.Put(StoreCollection.Slots, 1, [1]);
        group.Delete(StoreCollection.Slots, 1);
        group.Put(StoreCollection.Slots, 2, [1]);
        group.Put(StoreCollection.Slots, 2, [2]);
        group.Delete(StoreCollection.Slots, 3);
        group.Put(StoreCollection.Slots, 3, []);
        store.Commit(group);
        store.Commit(group);
        Assert.Null(store.Load(1));
        Assert.Equal([2], store.Load(2)!);
        Assert.Equal([], store.Load(3)!);
    }

    [Fact]
    public void A_group_that_changes_nothing_is_no_write()
    {
        var disk = new SimulatedDisk(1);
        using var store = Shelf.Open(disk);
        var before = disk.Operations;
        var group = new StoreGroup { Number = 1 };
        group.Delete(StoreCollection.Slots, 77);
        store.Commit(group);
        store.Commit(new StoreGroup { Number = 2 });
        Assert.Equal(before, disk.Operations);
    }

    [Fact]
    public void A_commit_is_one_write_and_one_sync()
    {
        var disk = new SimulatedDisk(1);
        using var store = Shelf.Open(disk);
        var script = new Script(3);
        store.Commit(script.Next());
        for (var i = 0; i < 3; i++)
        {
            var (operations, syncs) = (disk.Operations, disk.Syncs);
            store.Commit(script.Next());
            Assert.Equal(1, disk.Syncs - syncs);
            Assert.Equal(2, disk.Operations - operations);
        }
    }

    [Fact]
    public async Task The_same_seed_does_the_same_to_the_disk()
    {
        var first = Run();
        var beside = Task.Run(Run, TestContext.Current.CancellationToken);
        Assert.Equal(first, Run());
        Assert.Equal(first, await beside);

        static (long, long, int) Run()
        {
            var disk = new SimulatedDisk(5);
            var script = new Script(5);
            using (var store = Shelf.Open(disk))
                for (var i = 0; i < 200; i++) store.Commit(script.Next());
            disk.PowerOff();
            var hash = new HashCode();
            foreach (var name in disk.AllNames) hash.AddBytes(disk.Content(name));
            return (disk.Operations, disk.BytesWritten, hash.ToHashCode());
        }
    }
}
