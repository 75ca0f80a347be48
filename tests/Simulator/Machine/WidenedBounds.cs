using LightMq.Broker.Settings;

namespace LightMq.Simulator.Machine;

/// <summary>Options of an engine that does not keep the bounds it was asked for (seeded bug).</summary>
public static class WidenedBounds
{
    public static BrokerOptions Of(BrokerOptions options) => options with
    {
        QueueMessagesMax = 1_000_000,
        QueueBytesMax = 1L << 30,
        QueuesBytesMax = 1L << 30,
        ParkedPacketsMax = 1_000,
        InflightMax = 1_000,
    };
}
