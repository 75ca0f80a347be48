using LightMq.Broker.Connections;
using LightMq.Broker.Settings;

namespace LightMq.Broker;

/// <summary>The kinds of <see cref="BrokerEvent"/>.</summary>
public enum BrokerEventKind
{
    /// <summary>A client is connected; Detail: how it logged in.</summary>
    ClientConnected,
    /// <summary>
    /// A client's connection ended; Detail: the <see cref="CloseReason"/> and, where known, why.
    /// </summary>
    ClientClosed,
    /// <summary>
    /// The broker ended a connection for what its peer did, before its login or after; Detail: as above.
    /// </summary>
    ClientExpelled,
    /// <summary>CONNECT was refused; Detail: the cause and what to do.</summary>
    ConnectRefused,
    /// <summary>A publish or subscribe was refused; Detail: the topic and the cause.</summary>
    Refused,
    /// <summary>
    /// A queue began to drop; Detail: the reason. Told once per client and reason and minute.
    /// </summary>
    Dropping,
    /// <summary>Publishers wait because this client's queue, or all queues together, are full.</summary>
    BackPressure,
    /// <summary>A stored value could not be understood and was left out.</summary>
    StoredValueLost,
    /// <summary>A stored session changed its kind; Detail: what and why.</summary>
    SessionChanged,
    /// <summary>A quota's alarm was raised or cleared; Detail: how much is in use.</summary>
    QuotaAlarm,
    /// <summary>The registry changed, or stands over the configuration; Detail: what.</summary>
    RegistryChanged,
    /// <summary>The store was started so often that rising numbers rise no more (LMQ-PRE-3).</summary>
    BootCounterSpent,
    /// <summary>A gateway's stream does not begin with 1 (LMQ-CORE-4); Detail: where.</summary>
    StreamBegun,
    /// <summary>Two installations of one gateway exist (LMQ-CORE-4); Detail: what is known.</summary>
    StreamForked,
    /// <summary>A gateway declared that messages of a stream will never come (LMQ-CORE-4).</summary>
    StreamGap,
    /// <summary>Another installation of a gateway has come in place of the one that was known.</summary>
    GatewayReplaced,
}

/// <summary>Something worth a log line.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="ClientId">Whom it concerns; empty where nobody.</param>
/// <param name="RemoteAddress">From where; empty where nowhere.</param>
/// <param name="Detail">In plain words; never a secret, a token or a payload.</param>
/// <param name="Reason">Why a connection ended; null where none did.</param>
/// <param name="Use">Of which quota (QuotaAlarm); null elsewhere.</param>
public readonly record struct BrokerEvent(BrokerEventKind Kind, string ClientId, string RemoteAddress,
    string Detail, CloseReason? Reason = null, QuotaUse? Use = null);
