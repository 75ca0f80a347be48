using LightMq.Service;
using Xunit;

namespace LightMq.Unit.DeviceAgent;

public sealed class BackoffTests
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    [Fact]
    public void Bound_doubles_up_to_the_longest_and_starts_again_after_success()
    {
        var backoff = new Backoff(new Largest(), First, Longest);

        var waits = Enumerable.Range(0, 8).Select(_ => Math.Round(backoff.Next().TotalSeconds)).ToArray();
        backoff.Reset();

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60], waits);
        Assert.Equal(1, Math.Round(backoff.Next().TotalSeconds));
    }

    [Fact]
    public void Never_overflows_however_long_the_broker_is_away()
    {
        var backoff = new Backoff(new Largest(), First, Longest);

        for (var i = 0; i < 10_000; i++) Assert.InRange(backoff.Next(), TimeSpan.Zero, Longest);
    }

    [Fact]
    public void Jitter_is_full()
    {
        var random = new Random(42);
        var waits = Enumerable.Range(0, 2_000).Select(_ =>
        {
            var backoff = new Backoff(random, First, Longest);
            return backoff.Next().TotalSeconds;
        }).ToArray();

        Assert.InRange(waits.Min(), 0, 0.01);
        Assert.InRange(waits.Max(), 0.99, 1);
        Assert.InRange(waits.Average(), 0.45, 0.55);
    }

    private sealed class Largest : Random
    {
        public override double NextDouble() => 0.999999;
    }
}
