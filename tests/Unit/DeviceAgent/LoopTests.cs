using LightMq.DeviceAgent;
using LightMq.DeviceAgent.Buses;
using LightMq.Unit.DeviceAgent.Simulated;
using Xunit;

namespace LightMq.Unit.DeviceAgent;

public sealed class LoopTests
{
    private readonly BoardClock _clock = new();

    [Fact]
    public void Alarms_ring_in_their_order_once_and_not_when_cancelled()
    {
        var loop = new Loop(_clock);
        var rung = new List<int>();
        loop.After(TimeSpan.FromSeconds(2), () => rung.Add(3));
        loop.After(TimeSpan.FromSeconds(1), () => rung.Add(1));
        loop.After(TimeSpan.FromSeconds(1), () => rung.Add(2));
        loop.After(TimeSpan.FromSeconds(1), () => rung.Add(9)).Cancel();
        Assert.Equal(1_000, loop.Turn());
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1_000, loop.Turn());
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(loop.Turn());
        Assert.Equal([1, 2, 3], rung);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_running_loop_takes_what_other_threads_post_and_ends()
    {
        var loop = new Loop(TimeProvider.System);
        var run = Task.Run(loop.Run, TestContext.Current.CancellationToken);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(() => loop.After(TimeSpan.FromMilliseconds(5), done.SetResult));
        await done.Task;
        loop.End();
        await run;
        Assert.True(loop.Turns > 0);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_bus_does_its_work_in_order_and_what_was_put_down_before_its_end()
    {
        var seen = new List<int>();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var bus = new BusThread("test");
        for (var i = 0; i < 100; i++)
        {
            var number = i;
            bus.Post(() => seen.Add(number));
        }
        bus.Post(done.SetResult);
        bus.Dispose();
        await done.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, 100), seen);
    }
}
