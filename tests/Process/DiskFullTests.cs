using System.Diagnostics;
using LightMq.Process.Broker;
using LightMq.Process.Clients;
using LightMq.Process.Load;
using Xunit;

namespace LightMq.Process;

/// <summary>
/// A disk that fills up: publishers wait, nothing acknowledged is lost, and it goes on with new room.
/// </summary>
public sealed class DiskFullTests(ITestOutputHelper output)
{
    private const int Megabyte = 1 << 20;
    private const int DiskMegabytes = 64;
    private const int BallastMegabytes = 16;

    [Fact]
    public async Task Publishers_wait_until_there_is_room_again()
    {
        using var scratch = new Scratch();
        Directory.CreateDirectory(scratch["disk"]);
        // Where no mount is allowed the same is shown with a bound on the queues; the disk itself is the
        // simulator's part there.
        var isMounted = await TinyDisk.TryMount(scratch["disk"], $"size={DiskMegabytes}m");
        output.WriteLine(isMounted ? "on a small tmpfs" : "mount refused: with a bound on the queues");
        try
        {
            await FillAndFree(scratch["disk"], isMounted);
        }
        finally
        {
            if (isMounted) await TinyDisk.Unmount(scratch["disk"]);
        }
    }

    private async Task FillAndFree(string disk, bool isMounted)
    {
        var ballast = Path.Combine(disk, "ballast");
        if (isMounted) File.WriteAllBytes(ballast, new byte[BallastMegabytes * Megabyte]);
        string[] bound = isMounted
            ? []
            : ["--set", $"Queues:TotalBytesMax={20 * Megabyte}", "--set", $"Queues:BytesMax={20 * Megabyte}"];
        var ledger = new Ledger();
        var subscriber = new LoadSubscriber(ledger, "subscriber", "load/#", 1);
        var publishers = Enumerable.Range(0, 8)
            .Select(i =>
                new LoadPublisher(ledger, $"publisher{i}", 1, $"load/{i}") { Filler = 8_000 }).ToList();
        using (var broker = BrokerProcess.Start(Path.Combine(disk, "data"), bound))
        {
            subscriber.Register(broker.Port);
            var load = publishers.Select(publisher => Task.Run(() => publisher.Run(broker.Port))).ToList();
            await UntilQuiet(ledger);
            var full = ledger.AcknowledgedCount;
            output.WriteLine($"{full} acknowledged when it was full; {broker.PeakKilobytes} KiB");
            Assert.True(full > 100, broker.Log);
            TinyClient.Connect(broker.Port, "still-served").Disconnect();
            if (isMounted)
            {
                File.Delete(ballast);
                await Until(() => ledger.AcknowledgedCount > full + 100, 30, broker);
            }
            foreach (var publisher in publishers) publisher.Limit = 1;
            var clock = Stopwatch.StartNew();
            await Task.Run(() => subscriber.Run(broker.Port, () =>
                (load.TrueForAll(static one => one.IsCompleted) && ledger.MissingCount() == 0)
                || clock.Elapsed.TotalSeconds > 60));
            await Task.WhenAll(load).WaitAsync(TimeSpan.FromSeconds(30));
            output.WriteLine(
                $"{ledger.AcknowledgedCount} acknowledged in all, {ledger.ReceivedCount} delivered");
            Assert.Equal(0, broker.Terminate());
        }
        ledger.Verify(isExactlyOnce: false);
    }

    /// <summary>Three seconds without an acknowledgement.</summary>
    private static async Task UntilQuiet(Ledger ledger)
    {
        var clock = Stopwatch.StartNew();
        for (var count = -1; clock.Elapsed.TotalSeconds < 60 && ledger.AcknowledgedCount != count;)
        {
            count = ledger.AcknowledgedCount;
            await Task.Delay(3_000);
        }
    }

    private static async Task Until(Func<bool> isSo, int seconds, BrokerProcess broker)
    {
        var clock = Stopwatch.StartNew();
        while (!isSo())
        {
            Assert.True(clock.Elapsed.TotalSeconds < seconds, broker.Log);
            await Task.Delay(50);
        }
    }
}
