using System.Diagnostics;
using LightMq.Process.Broker;
using LightMq.Process.Clients;
using LightMq.Process.Load;
using Xunit;

namespace LightMq.Process;

/// <summary>Starts and stops: how soon clients are served, and that what waited is still there.</summary>
public sealed class RestartTests(ITestOutputHelper output)
{
    private const int Queued = 100_000;
    private const int Publishers = 10;

    [Fact]
    public void An_empty_broker_answers_within_a_second()
    {
        using var scratch = new Scratch();
        using var broker = BrokerProcess.Start(scratch["data"]);
        var clock = Stopwatch.StartNew();
        using var client = TinyClient.Connect(broker.Port, "first");
        var total = broker.StartTime + clock.Elapsed;
        output.WriteLine(
            $"first CONNACK after {total.TotalMilliseconds:F0} ms, peak {broker.PeakKilobytes} KiB");
        Assert.True(total < TimeSpan.FromSeconds(1), $"{total}");
    }

    [Theory]
    [InlineData("kill")]
    [InlineData("stop")]
    public async Task A_long_queue_delays_no_start_and_is_delivered_whole(string how)
    {
        using var scratch = new Scratch();
        var ledger = new Ledger();
        var subscriber = new LoadSubscriber(ledger, "subscriber", "load/#", 1);
        using (var broker = BrokerProcess.Start(scratch["data"]))
        {
            subscriber.Register(broker.Port);
            await Task.WhenAll(Enumerable.Range(0, Publishers).Select(i => Task.Run(() => new LoadPublisher(
                ledger, $"publisher{i}", 1, $"load/{i}")
            { Limit = Queued / Publishers }.Run(broker.Port))));
            Assert.Equal(Queued, ledger.AcknowledgedCount);
            if (how == "kill") broker.Kill();
            else Assert.Equal(0, broker.Terminate());
        }
        using var next = BrokerProcess.Start(scratch["data"]);
        var clock = Stopwatch.StartNew();
        TinyClient.Connect(next.Port, "another").Disconnect();
        var total = next.StartTime + clock.Elapsed;
        clock.Restart();
        subscriber.Run(next.Port, () => ledger.MissingCount(Queued) == 0 || clock.Elapsed.TotalSeconds > 60);
        output.WriteLine($"CONNACK after {total.TotalMilliseconds:F0} ms, {Queued} drained in "
            + $"{clock.Elapsed.TotalSeconds:F1} s, peak {next.PeakKilobytes} KiB");
        ledger.Verify(isExactlyOnce: false);
        Assert.True(total < TimeSpan.FromSeconds(2), $"{total}");
        Assert.Equal(0, next.Terminate());
    }

    [Fact]
    public async Task A_signal_at_any_moment_of_the_start_ends_it_with_status_0()
    {
        using var scratch = new Scratch();
        for (var milliseconds = 40; milliseconds <= 400; milliseconds += 12)
        {
            using var broker = BrokerProcess.StartUnawaited(scratch["data"]);
            await Task.Delay(milliseconds, TestContext.Current.CancellationToken);
            var status = broker.Terminate();
            // Before the handler stands, the signal's own effect is right as well: nothing was begun.
            Assert.True(status is 0 or 128 + 15, $"{status} after {milliseconds} ms: {broker.Log}");
        }
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public void A_signal_ends_it_with_status_0(string signal)
    {
        using var scratch = new Scratch();
        using var broker = BrokerProcess.Start(scratch["data"]);
        using var client = TinyClient.Connect(broker.Port, "still-here");
        Assert.Equal(0, broker.Terminate(signal));
    }
}
