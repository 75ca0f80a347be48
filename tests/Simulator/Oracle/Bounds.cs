using LightMq.Broker;
using LightMq.Broker.Connections;
using LightMq.Broker.Settings;

namespace LightMq.Simulator.Oracle;

/// <summary>What the broker holds stays within what it was configured to hold, at every moment.</summary>
public sealed class Bounds(BrokerOptions options)
{
    public void Observe(Engine engine)
    {
        _ = engine;
    }

    public void Observe(Connection connection) =>
        Demand(connection.Outbox.Length <= options.OutboxBytesMax + 2L * options.PacketBytesMax,
            $"outbox of {connection.Outbox.Length} bytes");

    private static void Demand(bool holds, string what)
    {
        if (!holds) throw new Violation(nameof(Bounds), what);
    }
}
