namespace LightMq.Broker.Settings;

/// <summary>What happens to what goes over a quota (LMQ-LIM-3).</summary>
public enum QuotaKind : byte
{
    /// <summary>New connections and filters are refused, publishers are slowed.</summary>
    Prepaid,
    /// <summary>Nothing, but for the alarm.</summary>
    Postpaid,
}

/// <summary>What there are quotas for (LMQ-LIM-2).</summary>
public enum Metered : byte
{
    /// <summary>Connections of clients, bridges apart.</summary>
    Connections,
    /// <summary>Messages sent and received in a second: QoS 0 counts 1, QoS 1 counts 2, QoS 2 counts
    /// 10.</summary>
    MessagesPerSecond,
    /// <summary>Filters of all clients, bridges apart.</summary>
    Subscriptions,
}

/// <summary>One quota.</summary>
/// <param name="Max">How much; 0: no quota.</param>
/// <param name="AlarmPercent">Share in use at which the alarm is raised (LMQ-LIM-4); 0: no alarm.</param>
public readonly record struct Quota(int Max, int AlarmPercent = Quota.AlarmPercentUsual)
{
    /// <summary>Where nothing else is said (LMQ-LIM-4).</summary>
    public const int AlarmPercentUsual = 70;
    /// <summary>Largest quota.</summary>
    public const int MaxMax = 100_000_000;
}

/// <summary>The quotas of this broker (LMQ-LIM-2); never changed, but replaced (LMQ-LIM-5).</summary>
public sealed record InstanceQuotas
{
    /// <summary>No quota at all.</summary>
    public static InstanceQuotas None { get; } = new()
    {
        Connections = new Quota(0), MessagesPerSecond = new Quota(0), Subscriptions = new Quota(0),
    };

    /// <summary>What happens beyond them.</summary>
    public QuotaKind Kind { get; init; }
    /// <summary>Connections of clients.</summary>
    public required Quota Connections { get; init; }
    /// <summary>Weighted messages a second.</summary>
    public required Quota MessagesPerSecond { get; init; }
    /// <summary>Filters of all clients.</summary>
    public required Quota Subscriptions { get; init; }

    /// <summary>One of them.</summary>
    public Quota this[Metered metered] => metered switch
    {
        Metered.Connections => Connections,
        Metered.MessagesPerSecond => MessagesPerSecond,
        _ => Subscriptions,
    };
}

/// <summary>How much of a quota is in use.</summary>
/// <param name="Metered">Of what.</param>
/// <param name="Used">In use at the last look.</param>
/// <param name="Max">The quota; 0: none.</param>
/// <param name="IsAlarmed">Whether its alarm stands.</param>
public readonly record struct QuotaUse(Metered Metered, long Used, int Max, bool IsAlarmed);
