using LightMq.Broker.Connections;

namespace LightMq.Broker;

/// <summary>Why a message was not delivered or kept.</summary>
public enum DropReason
{
    /// <summary>QoS 0 for a client that is not connected.</summary>
    Qos0Offline,
    /// <summary>QoS 0 for a client whose queue or outbox is full.</summary>
    Qos0Shed,
    /// <summary>A full queue, policy drop-oldest.</summary>
    QueueDropOldest,
    /// <summary>A full queue, policy drop-newest.</summary>
    QueueDropNewest,
    /// <summary>A full queue, policy keep-latest-per-topic.</summary>
    QueueReplaced,
    /// <summary>A full disk, policy drop-oldest.</summary>
    DiskDropOldest,
    /// <summary>A full disk, policy drop-newest.</summary>
    DiskDropNewest,
    /// <summary>Payload above the limit (LMQ-MSG-1).</summary>
    PayloadTooLarge,
    /// <summary>A retained message beyond the store's bound; what it replaces goes too.</summary>
    RetainedFull,
    /// <summary>A stored message could not be read back.</summary>
    Damaged,
    /// <summary>Its message expiry passed before it could be sent (MQTT5-3.3.2-5).</summary>
    Expired,
    /// <summary>Larger than the receiving client takes (MQTT5-3.1.2-24).</summary>
    PacketTooLarge,
    /// <summary>QoS 0 for a client whose tokens do not cover the topic (LMQ-AUTH-2).</summary>
    NotCovered,
    /// <summary>Published beyond the bound while queues are full, refused with 0x97.</summary>
    Refused,
    /// <summary>A presence event for a queue that is half full (LMQ-PRE-1).</summary>
    Presence,
    /// <summary>For a filter of QoS 2 whose LMQ client is not there to take it (LMQ-MSG-2).</summary>
    Qos2Offline,
    /// <summary>P2P of a sender whose session is clean, to a client that is not connected
    /// (LMQ-MSG-5).</summary>
    PeerOffline,
    /// <summary>P2P to a client id that is known neither here nor to a bridge (LMQ-MSG-5).</summary>
    PeerUnknown,
    /// <summary>It waited for an LMQ client longer than messages are kept (LMQ-MSG-4).</summary>
    Retention,
    /// <summary>For a bridge, a sensor's message that has no LMQ name (LMQ-AUTH-5).</summary>
    SensorName,
}

/// <summary>
/// What has happened since the start, and what is there now. Written by the loop thread alone.
/// </summary>
public sealed class Counters
{
    private readonly long[] _drops = new long[Enum.GetValues<DropReason>().Length];
    private readonly long[] _closes = new long[Enum.GetValues<CloseReason>().Length];
    private readonly long[] _refusals = new long[Enum.GetValues<RefusalCause>().Length];

    /// <summary>PUBLISH packets accepted, by QoS.</summary>
    public long[] Received { get; } = new long[3];
    /// <summary>PUBLISH packets sent, by QoS.</summary>
    public long[] Sent { get; } = new long[3];
    /// <summary>Messages that needed the disk.</summary>
    public long Journaled { get; internal set; }
    /// <summary>Messages whose subscribers all acknowledged before the disk was needed.</summary>
    public long Spared { get; internal set; }
    /// <summary>CONNECT packets accepted.</summary>
    public long Connects { get; internal set; }
    /// <summary>CONNECT packets refused.</summary>
    public long Refusals { get; internal set; }
    /// <summary>Unfinished messages in all queues.</summary>
    public long QueuedMessages { get; internal set; }
    /// <summary>Bytes of unfinished messages in all queues.</summary>
    public long QueuedBytes { get; internal set; }
    /// <summary>Publishes that had to wait for room.</summary>
    public long Parked { get; internal set; }
    /// <summary>Tokens uploaded and found good (LMQ-TOK-6).</summary>
    public long TokensTaken { get; internal set; }
    /// <summary>Topics and filters refused for having too many levels.</summary>
    public long TopicsTooDeep { get; internal set; }
    /// <summary>Peers and CONNECT packets refused because no place was free.</summary>
    public long ConnectionsTooMany { get; internal set; }
    /// <summary>Alarms of quotas raised (LMQ-LIM-4).</summary>
    public long Alarms { get; internal set; }
    /// <summary>Times that a publish had to wait for a quota (LMQ-LIM-3).</summary>
    public long Slowed { get; internal set; }
    /// <summary>Connections and filters refused for a quota (LMQ-LIM-3).</summary>
    public long OverQuota { get; internal set; }
    /// <summary>Publishes and wills that said what only bridges may say (LMQ-CORE-4).</summary>
    public long PropertiesStripped { get; internal set; }
    /// <summary>Requests for ordered sending that could not be taken (LMQ-ORD-2).</summary>
    public long OrderRequestsIgnored { get; internal set; }
    /// <summary>Requests for waiting messages that were served (LMQ-OFF-2).</summary>
    public long Pulls { get; internal set; }
    /// <summary>Such requests that could not be read.</summary>
    public long PullsUnreadable { get; internal set; }
    /// <summary>Such requests beyond those of a second (LMQ-OFF-3).</summary>
    public long PullsExcess { get; internal set; }
    /// <summary>Streams of gateways' clients that were not known before (LMQ-CORE-4).</summary>
    public long StreamsBegun { get; internal set; }
    /// <summary>Publishes of gateways that had come before; they are acknowledged and dropped.</summary>
    public long StreamRepeated { get; internal set; }
    /// <summary>Gaps that gateways declared.</summary>
    public long StreamGaps { get; internal set; }
    /// <summary>Publishes of gateways behind a hole; their connection is closed.</summary>
    public long StreamHoles { get; internal set; }
    /// <summary>Groups handed to the store.</summary>
    public long Groups { get; internal set; }

    /// <summary>Messages dropped for a reason.</summary>
    public long Dropped(DropReason reason) => _drops[(int)reason];
    /// <summary>Connections that ended for a reason.</summary>
    public long Closed(CloseReason reason) => _closes[(int)reason];
    /// <summary>Logins, topics and tokens refused under the LMQ contract, by cause.</summary>
    public long Refused(RefusalCause cause) => _refusals[(int)cause];

    internal void Refuse(RefusalCause cause) => _refusals[(int)cause]++;
    internal void Drop(DropReason reason, long count = 1) => _drops[(int)reason] += count;
    internal void Close(CloseReason reason) => _closes[(int)reason]++;
}
