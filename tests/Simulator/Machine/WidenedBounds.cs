using LightMq.Broker.Settings;

namespace LightMq.Simulator.Machine;

/// <summary>Options of an engine that does not keep the bounds it was asked for (seeded bug).</summary>
public static class WidenedBounds
{
    /// <summary>What an engine is told that was asked for these options.</summary>
    public static BrokerOptions Of(BrokerOptions options, SeededBug bug) => bug switch
    {
        SeededBug.WidenBounds => Widened(options),
        SeededBug.HurryBatches => options with
        {
            Offline = new OfflineOptions
            {
                Pace = options.Offline.Pace with { BatchMessages = 2 * options.Offline.Pace.BatchMessages },
            },
        },
        _ => options,
    };

    private static BrokerOptions Widened(BrokerOptions options) => options with
    {
        QueueMessagesMax = 1_000_000,
        QueueBytesMax = 1L << 30,
        QueuesBytesMax = 1L << 30,
        ParkedPacketsMax = 1_000,
        InflightMax = 1_000,
    };
}
