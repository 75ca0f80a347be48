using System.Diagnostics;
using LightMq.Mqtt;
using LightMq.Process.Clients;

namespace LightMq.Bench.Chain;

/// <summary>Sensors that publish with QoS 1, each on a connection and a thread of its own.</summary>
internal static class Sensors
{
    private const int IdsMax = 60_000;

    /// <summary>Publishes and returns once all is acknowledged.</summary>
    /// <param name="port">The broker.</param>
    /// <param name="trail">Takes what was acknowledged.</param>
    /// <param name="sensors">How many.</param>
    /// <param name="messages">Of each.</param>
    /// <param name="bytes">Payload.</param>
    /// <param name="window">Unacknowledged messages of each.</param>
    /// <param name="perSecond">Messages of all in a second; 0: as fast as they are taken.</param>
    public static void Publish(
        int port, Trail trail, int sensors, int messages, int bytes, int window, int perSecond = 0)
    {
        var threads = Enumerable.Range(0, sensors).Select(sensor => new Thread(() =>
            Run(port, trail, sensor, messages, bytes, window, perSecond / (double)sensors))).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
    }

    private static void Run(
        int port, Trail trail, int sensor, int messages, int bytes, int window, double perSecond)
    {
        using var client = TinyClient.Connect(port, $"sensor{sensor}");
        var clock = Stopwatch.StartNew();
        var (sent, acknowledged) = (0, 0);
        while (acknowledged < messages)
        {
            var due = perSecond > 0 ? (int)(clock.Elapsed.TotalSeconds * perSecond) + 1 : messages;
            while (sent < Math.Min(due, messages) && sent - acknowledged < window)
            {
                client.Publish(
                    $"plant/{sensor}", Trail.Payload(sensor, sent, bytes), 1, (ushort)(sent % IdsMax + 1));
                sent++;
            }
            var wait = sent - acknowledged >= window || sent == messages ? 1_000 : 1;
            foreach (var packet in client.Arrived(wait))
                if (packet.Type == PacketType.PubAck) trail.Publish(sensor, acknowledged++);
        }
        client.Disconnect();
    }
}
