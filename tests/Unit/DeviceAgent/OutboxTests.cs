using LightMq.DeviceAgent.Link;
using LightMq.DeviceAgent.Settings;
using Xunit;

namespace LightMq.Unit.DeviceAgent;

public sealed class OutboxTests
{
    private readonly Outbox _outbox = new(new QueueSettings(10, 100_000));

    [Fact]
    public void Messages_leave_in_their_order_and_come_back_in_it()
    {
        for (var i = 0; i < 5; i++) Add("a", i);
        Outgoing[] taken = [_outbox.Take()!, _outbox.Take()!, _outbox.Take()!];
        _outbox.Return(taken);
        Assert.Equal([0, 1, 2, 3, 4], Rest());
    }

    [Fact]
    public void When_it_is_full_the_one_that_floods_loses_its_oldest_and_each_is_counted()
    {
        Add("quiet", 0);
        Add("calm", 1);
        for (var i = 2; i < 1_002; i++) Add("flood", i);
        Assert.Equal(10, _outbox.Count);
        Assert.Equal(992, _outbox.Skipped["flood"]);
        Assert.Equal(992, _outbox.SkippedCount);
        Assert.Equal([0, 1, 994, 995, 996, 997, 998, 999, 1_000, 1_001], Rest());
    }

    [Fact]
    public void It_is_bounded_in_bytes_as_well_and_by_new_bounds_at_once()
    {
        _outbox.Add(new Outgoing("a", "t", new byte[99_000]));
        _outbox.Add(new Outgoing("a", "t", new byte[99_000]));
        Assert.Equal(1, _outbox.Count);
        for (var i = 0; i < 5; i++) Add("b", i);
        _outbox.Settings = new QueueSettings(2, 100_000);
        Assert.Equal(2, _outbox.Count);
    }

    [Fact]
    public void What_comes_back_to_a_full_box_is_shed_in_the_same_way()
    {
        for (var i = 0; i < 10; i++) Add("a", i);
        var taken = _outbox.Take()!;
        Add("a", 10);
        _outbox.Return([taken]);
        Assert.Equal(1, _outbox.SkippedCount);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], Rest());
    }

    [Fact]
    public async Task Whoever_waits_is_told_of_the_next_message()
    {
        Assert.Null(_outbox.Take());
        var added = _outbox.Added;
        Assert.False(added.IsCompleted);
        Add("a", 1);
        await added;
        Assert.True(_outbox.Added.IsCompleted);
        _ = Rest();
        Assert.False(_outbox.Added.IsCompleted);
        _outbox.Nudge();
        Assert.True(_outbox.Added.IsCompleted);
    }

    private void Add(string stream, int number) =>
        _outbox.Add(new Outgoing(stream, "t", BitConverter.GetBytes(number)));

    private List<int> Rest()
    {
        var numbers = new List<int>();
        while (_outbox.Take() is { } message) numbers.Add(BitConverter.ToInt32(message.Payload));
        return numbers;
    }
}
