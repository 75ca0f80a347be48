using System.Diagnostics;
using LightMq.Process.Broker;
using LightMq.Process.Load;
using Xunit;

namespace LightMq.Process;

/// <summary>
/// kill -9 at random moments under load, on a real disk: what was acknowledged is there afterwards.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Cycles = 100;
    private const int Publishers = 4;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Nothing_acknowledged_is_lost(int qos)
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var scratch = new Scratch();
        var ledger = new Ledger();
        var subscriber = new LoadSubscriber(ledger, "subscriber", "load/#", qos);
        var publishers = Enumerable.Range(0, Publishers)
            .Select(i => new LoadPublisher(ledger, $"publisher{i}", qos, $"load/{i}")).ToList();
        using (var first = BrokerProcess.Start(scratch["data"]))
        {
            subscriber.Register(first.Port);
            first.Kill();
        }
        for (var cycle = 0; cycle < Cycles; cycle++) await RunCycle(cycle);
        foreach (var publisher in publishers) publisher.Limit = 1;
        using var last = BrokerProcess.Start(scratch["data"]);
        var clients = publishers.Select(publisher => InBackground(() => publisher.Run(last.Port))).ToList();
        await Task.WhenAll(clients);
        Drain(last.Port);
        output.WriteLine($"{ledger.AcknowledgedCount} acknowledged, {ledger.ReceivedCount} delivered");
        Assert.True(ledger.AcknowledgedCount > Cycles, "the load was none");
        ledger.Verify(isExactlyOnce: qos == 2);
        Assert.Equal(0, last.Terminate());

        async Task RunCycle(int cycle)
        {
            var hold = cycle % 3 == 0 ? 0 : 200;
            using var broker =
                BrokerProcess.Start(scratch["data"], "--set", $"Store:AckHoldMilliseconds={hold}");
            var threads =
                publishers.Select(publisher => InBackground(() => publisher.Run(broker.Port))).ToList();
            if (cycle % 2 == 0)
                threads.Add(InBackground(() => subscriber.Run(broker.Port, static () => false)));
            await Task.Delay(random.Next(50, 350), TestContext.Current.CancellationToken);
            broker.Kill();
            await Task.WhenAll(threads);
        }

        void Drain(int port)
        {
            var clock = Stopwatch.StartNew();
            var quietSince = clock.Elapsed;
            var received = -1;
            subscriber.Run(port, () =>
            {
                if (ledger.ReceivedCount != received) quietSince = clock.Elapsed;
                received = ledger.ReceivedCount;
                // A little longer than needed, so that what comes twice is seen.
                var quiet = (clock.Elapsed - quietSince).TotalSeconds;
                return quiet > 15 || (quiet > 1 && ledger.MissingCount() == 0);
            });
        }
    }

    private static Task InBackground(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
}
