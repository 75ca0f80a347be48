using LightMq.Broker;
using LightMq.Broker.Connections;
using LightMq.Broker.Settings;

namespace LightMq.Simulator.Oracle;

/// <summary>What the broker holds stays within what it was configured to hold, at every moment.</summary>
/// <remarks>
/// A bound stops the next message, not the one that reaches it, so each is allowed one largest packet more;
/// what has been parked when reading stops is bounded by packets and bytes of its own. Wills and retained
/// copies wait for nobody: they come on top. Bridges are never stopped.
/// </remarks>
public sealed class Bounds(BrokerOptions options)
{
    private const int PacketBytesMost = 2_200;
    private const int RetainedMost = 12;
    private int _unstoppable = RetainedMost;

    /// <summary>
    /// A client with a will connects: when it is lost, its will is queued whatever the bounds say.
    /// </summary>
    public void WillOffered() => _unstoppable++;

    /// <summary>A client subscribes: it is sent what is retained, whatever the bounds say.</summary>
    public void SubscriptionAsked() => _unstoppable += RetainedMost;

    public void Observe(Engine engine)
    {
        if (options.QueueFull == DropPolicy.Stop && options.Bridges.Count == 0)
            Demand(engine.Counters.QueuedBytes,
                options.QueuesBytesMax + (1L + _unstoppable) * PacketBytesMost, "bytes in all queues");
    }

    /// <summary>All is delivered and acknowledged: nothing may be left behind.</summary>
    public static void AtRest(Engine engine)
    {
        Demand(engine.Counters.QueuedMessages, 0, "messages queued at rest");
        Demand(engine.Counters.QueuedBytes, 0, "bytes queued at rest");
        if (engine.RetainedCount == 0) Demand(engine.MemoryBytes, 0, "bytes of messages in memory at rest");
    }

    public void Observe(Connection connection)
    {
        Demand(connection.Outbox.Length, options.OutboxBytesMax + 2 * PacketBytesMost, "bytes in an outbox");
        var (parkedPackets, parkedBytes, inflight, messages, bytes) = Engine.LoadOf(connection);
        Demand(parkedPackets, options.ParkedPacketsMax + 1, "parked packets");
        Demand(parkedBytes, options.ParkedBytesMax + PacketBytesMost, "parked bytes");
        var isBridge = options.Bridges.Any(bridge => bridge.ClientId == connection.RemoteAddress);
        Demand(inflight, isBridge ? options.BridgeInflightMax : options.InflightMax, "messages in flight");
        if (isBridge) return;
        Demand(messages, options.QueueMessagesMax + 1 + _unstoppable, "messages in a queue");
        Demand(bytes, options.QueueBytesMax + (1L + _unstoppable) * PacketBytesMost, "bytes in a queue");
    }

    private static void Demand(long held, long bound, string what)
    {
        if (held > bound) throw new Violation(nameof(Bounds), $"{held} {what}, bound {bound}");
    }
}
