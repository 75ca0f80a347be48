using System.Diagnostics;
using LightMq.Bench.Chain;
using LightMq.Bench.Reporting;
using LightMq.Bench.Servers;
using LightMq.Mqtt;
using LightMq.Process.Chain;
using LightMq.Process.Clients;

namespace LightMq.Bench.Cases;

/// <summary>What a link that is cut again and again costs: ours beside mosquitto as a bridge.</summary>
internal sealed class BridgeCuts : IBenchCase
{
    private const int Senders = 10, Bytes = 256, PerSecond = 1_000;

    public string Name => "uplink-cuts";
    public string Title => "20 cuts of the link upward at 1,000 msg/s";

    public CaseResult Measure(BenchRun run, string date)
    {
        var cuts = run.Size(20, 3);
        var ours = Ours(cuts);
        var peer = Peer(run, cuts);
        return new CaseResult(Name, Title, date,
            [
                "QoS 1 from ten sensors for a second per cut and a few more; round trip 20 ms by a proxy,",
                "which resets the connection. Ours: edge broker, uplink, central, counted in the core. Peer:",
                "two mosquitto, the first with a bridge (MQTT 5.0, QoS 1, cleansession false), counted by a",
                "subscriber of the second. Lost: acknowledged to the sensor, and never there.",
            ],
            ["who", "acknowledged", "lost", "repeated", "out of order"],
            [Row(Brokers.OursName, ours), Row(Brokers.PeerName, peer)],
            [
                new Gate("ours: lost", ours.Lost, 0, false, "messages"),
                new Gate("ours: repeated", ours.Repeated, 0, false, "messages"),
                new Gate("ours: out of order", ours.Reordered, 0, false, "messages"),
            ]);
    }

    private static string[] Row(string who, Trail trail) =>
        [who, $"{trail.Acknowledged}", $"{trail.Lost}", $"{trail.Repeated}", $"{trail.Reordered}"];

    private static Trail Ours(int cuts)
    {
        using var site = new ChainSite();
        site.Link.Delay = TimeSpan.FromMilliseconds(10);
        site.Uplink.Start();
        var trail = new Trail();
        PublishAndCut(site.Edge.Port, site.Link, trail, cuts);
        var clock = Stopwatch.StartNew();
        while (site.Reader.Count("plant") < trail.Acknowledged && clock.Elapsed.TotalSeconds < 60)
            Thread.Sleep(50);
        foreach (var message in site.Reader.Read("plant", CancellationToken.None).Result)
            trail.Arrive(message.Payload);
        return trail;
    }

    private static Trail Peer(BenchRun run, int cuts)
    {
        using var central = run.Brokers.Peer();
        using var link = new LinkProxy(central.PortOf(Wire.Tcp)) { Delay = TimeSpan.FromMilliseconds(10) };
        using var edge = run.Brokers.PeerWithBridge(link.Port);
        var trail = new Trail();
        using var reader = TinyClient.Connect(central.PortOf(Wire.Tcp), "reader", clean: false);
        reader.Subscribe("plant/#", 1);
        var isOver = false;
        var reading = new Thread(() =>
        {
            while (!Volatile.Read(ref isOver))
                foreach (var packet in reader.Arrived(100))
                {
                    if (packet.Type != PacketType.Publish) continue;
                    trail.Arrive(packet.Payload);
                    reader.Ack(PacketType.PubAck, packet.Id);
                }
        });
        reading.Start();
        PublishAndCut(edge.PortOf(Wire.Tcp), link, trail, cuts);
        var clock = Stopwatch.StartNew();
        while (trail.Lost > 0 && clock.Elapsed.TotalSeconds < 30) Thread.Sleep(200);
        Thread.Sleep(1_000);
        Volatile.Write(ref isOver, true);
        reading.Join();
        return trail;
    }

    private static void PublishAndCut(int port, LinkProxy link, Trail trail, int cuts)
    {
        var publishing = new Thread(() =>
            Sensors.Publish(port, trail, Senders, (cuts + 3) * PerSecond / Senders, Bytes, 100, PerSecond));
        publishing.Start();
        for (var cut = 0; cut < cuts; cut++)
        {
            Thread.Sleep(1_000);
            link.Cut();
        }
        publishing.Join();
    }
}
