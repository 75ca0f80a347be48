using System.Collections.Concurrent;
using LightMq.Broker.Durability;
using LightMq.Simulator.Disk;
using LightMq.Store;
using Xunit;

namespace LightMq.Unit.Store;

[Collection(OneAtATime.Name)]
public sealed class StoreThreadTests
{
    [Fact]
    public void A_group_is_confirmed_by_its_number_and_loads_come_in_order()
    {
        using var host = new Host();
        host.Thread.Submit(Group(41, 1));
        Assert.Equal("stored 41", host.Next());
        host.Thread.Submit(Group(42, 2));
        Assert.Equal("stored 42", host.Next());
        host.Thread.Load(2);
        host.Thread.Load(9);
        host.Thread.Load(1);
        Assert.Equal("loaded 2 [2]", host.Next());
        Assert.Equal("loaded 9 []", host.Next());
        Assert.Equal("loaded 1 [1]", host.Next());
        Assert.True(host.Thread.IsHealthy);
    }

    [Fact]
    public void Only_one_group_may_be_under_way()
    {
        using var host = new Host();
        host.Disk.FailAt = 1;
        host.Disk.FailCount = long.MaxValue / 2;
        host.Thread.Submit(Group(1, 1));
        Assert.Throws<InvalidOperationException>(() => host.Thread.Submit(Group(2, 2)));
    }

    [Fact]
    public void A_refusing_disk_is_tried_until_it_takes_the_group()
    {
        using var host = new Host();
        host.Disk.FailAt = host.Disk.Operations + 2;
        host.Disk.FailCount = 4;
        host.Thread.Submit(Group(1, 1));
        var failures = 0;
        string said;
        while ((said = host.Next()).StartsWith("failed", StringComparison.Ordinal)) failures++;
        Assert.InRange(failures, 2, 5);
        Assert.Equal("recovered", said);
        Assert.Equal("stored 1", host.Next());
        Assert.True(host.Thread.IsHealthy);
        host.Thread.Load(1);
        Assert.Equal("loaded 1 [1]", host.Next());
    }

    [Fact]
    public void Waiting_for_a_disk_that_refuses_is_unhealthy_but_no_standstill_and_can_be_stopped()
    {
        var host = new Host();
        var before = host.Thread.LastProgress;
        host.Disk.FailAt = host.Disk.Operations + 1;
        host.Disk.FailCount = long.MaxValue / 2;
        host.Thread.Submit(Group(1, 1));
        for (var i = 0; i < 4; i++) Assert.StartsWith("failed", host.Next(), StringComparison.Ordinal);
        Assert.False(host.Thread.IsHealthy);
        Assert.True(host.Thread.LastProgress > before);
        host.Dispose();
        host.Disk.FailAt = 0;
        using var store = Shelf.Open(host.Disk);
        Assert.Null(store.Report.Damage);
        Assert.Null(store.Load(1));
    }

    [Fact]
    public void A_full_disk_is_told_once_and_so_is_its_end()
    {
        using var host = new Host();
        host.Disk.SpaceBytes = host.Disk.AllNames.Sum(name => (long)host.Disk.Content(name).Length);
        var number = 0;
        string said;
        do
        {
            host.Thread.Submit(Group(++number, number, bytes: 9_000));
            said = host.Next();
        }
        while (said.StartsWith("stored", StringComparison.Ordinal));
        Assert.Equal("full True", said);
        Assert.Equal($"stored {number}", host.Next());
        host.Disk.SpaceBytes = long.MaxValue;
        Assert.Equal("full False", host.Next());
    }

    [Fact]
    public void Stopping_finishes_the_group_under_way()
    {
        var host = new Host();
        host.Thread.Submit(Group(1, 1));
        host.Dispose();
        using var store = Shelf.Open(host.Disk);
        Assert.Equal([1], store.Load(1)!);
        Assert.Equal(0, store.Report.GroupsReplayed);
    }

    [Fact]
    public void The_memory_store_answers_at_once()
    {
        var said = new List<string>();
        using var store = new MemoryStore(Host.Callbacks(said.Add), TimeProvider.System);
        store.Submit(Group(5, 3));
        store.Load(3);
        var gone = new StoreGroup { Number = 6 };
        gone.Delete(StoreCollection.Slots, 3);
        store.Submit(gone);
        store.Load(3);
        Assert.Equal(["stored 5", "loaded 3 [3]", "stored 6", "loaded 3 []"], said);
    }

    private static StoreGroup Group(long number, int slot, int bytes = 1)
    {
        var group = new StoreGroup { Number = number };
        var value = new byte[bytes];
        Array.Fill(value, (byte)slot);
        group.Put(StoreCollection.Slots, slot, value);
        return group;
    }

    private sealed class Host : IDisposable
    {
        private readonly BlockingCollection<string> _said = [];

        public Host() => Thread = new StoreThread(
            Disk, LiteStore.Open(Disk, Shelf.Small with { RetryMillisecondsMax = 60 }),
            Callbacks(_said.Add), TimeProvider.System);

        public SimulatedDisk Disk { get; } = new(1);

        public StoreThread Thread { get; }

        public string Next() =>
            _said.TryTake(out var said, TimeSpan.FromSeconds(30)) ? said : throw new TimeoutException();

        public static StoreCallbacks Callbacks(Action<string> say) => new()
        {
            Stored = number => say($"stored {number}"),
            Loaded = (slot, bytes) => say($"loaded {slot} [{string.Join(',', bytes)}]"),
            DiskFull = full => say($"full {full}"),
            Failed = _ => say("failed"),
            Recovered = _ => say("recovered"),
        };

        public void Dispose() => Thread.Dispose();
    }
}
