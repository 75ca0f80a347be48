using System.Text;
using LightMq.Broker.Connections;
using LightMq.Broker.Messages;
using LightMq.Broker.Routing;
using LightMq.Lmq;
using LightMq.Mqtt;

namespace LightMq.Broker.Sessions;

/// <summary>A filter that a client holds.</summary>
/// <param name="Filter">UTF-8 topic filter, with <c>$share/name/</c> where it is shared.</param>
/// <param name="Options">Granted QoS and the options of MQTT 5.0.</param>
/// <param name="Identifier">Number that its messages carry (MQTT5-3.3.4-3); 0: none.</param>
/// <param name="IsConfigured">It is a bridge's own and comes from the configuration.</param>
internal readonly record struct Subscription(
    byte[] Filter, SubscriptionOptions Options, uint Identifier = 0, bool IsConfigured = false)
{
    public byte Qos => (byte)Options.Qos;
}

/// <summary>What is published when the client goes without a word (MQTT-3.1.2-8).</summary>
/// <param name="Topic">Topic name.</param>
/// <param name="Properties">Properties that are passed on, as the client sent them.</param>
/// <param name="Payload">Payload.</param>
/// <param name="Qos">QoS.</param>
/// <param name="Retain">Whether it is retained.</param>
/// <param name="ExpirySeconds">Life of the message once published; null: no end.</param>
/// <param name="DelaySeconds">How long it waits for the client to come back (MQTT5-3.1.3-9).</param>
internal sealed record Will(
    byte[] Topic, byte[] Properties, byte[] Payload, byte Qos, bool Retain, uint? ExpirySeconds = null,
    uint DelaySeconds = 0)
{
    public int Length => Topic.Length + Properties.Length + Payload.Length;
}

/// <summary>What the broker keeps for one client id (MQTT 3.1.1, 3.1.2.4).</summary>
internal sealed class Session(Publisher publisher, bool isClean)
{
    private readonly List<Subscription> _subscriptions = [];
    private DeliveryQueue? _queue;
    private Receipts? _receipts;
    private List<string>? _superseded;

    /// <summary>
    /// Key in the store, given when it is first stored and not again while the store knows it; 0: none.
    /// </summary>
    public int Number { get; set; }
    /// <summary>The client as a source of messages; its id.</summary>
    public Publisher Publisher { get; } = publisher;
    public byte[] ClientId => Publisher.ClientId;
    public string ClientText => Encoding.UTF8.GetString(ClientId.AsSpan(IsMailbox ? 1 : 0));

    /// <summary>Nothing of it is stored: it was made to end with its connection (clean session).</summary>
    public bool IsClean { get; } = isClean;
    public bool IsPersistent => !IsClean;

    /// <summary>
    /// Its client came by a listener of the LMQ contract last, whose rules of keeping and pacing it follows.
    /// </summary>
    public bool IsLmq { get; set; }

    /// <summary>
    /// What is kept for it follows the LMQ contract: bridges never do, and a clean session keeps nothing.
    /// </summary>
    public bool IsKeptByContract => IsLmq && IsPersistent && !IsBridging;

    /// <summary>Whether what is kept for it is kept for some days only (LMQ-MSG-4).</summary>
    public bool IsKeptForDays => IsKeptByContract || IsMailbox;

    /// <summary>
    /// Whether what a filter of this QoS brings outlives the connection (LMQ-MSG-2).
    /// </summary>
    public bool Keeps(byte granted) => IsPersistent && !(granted == 2 && IsKeptByContract);

    /// <summary>How long it is kept without a connection; <see cref="Never"/>: for ever.</summary>
    public uint ExpirySeconds { get; set; } = isClean ? 0 : Never;
    /// <summary>A session expiry that means no end (MQTT 5.0, 3.1.2.11.2).</summary>
    public const uint Never = uint.MaxValue;
    public bool EndsWithConnection => ExpirySeconds == 0;

    /// <summary>Since when it has no connection, in <see cref="Turn.Age"/>; -1: it has one.</summary>
    public long OfflineSince { get; set; } = -1;

    /// <summary>Its moment in <see cref="SessionTimers"/>, which alone sets it.</summary>
    public long DueAt { get; set; } = long.MaxValue;

    /// <summary>How long its will waits: until the delay or the session ends (MQTT5-3.1.3-9).</summary>
    public uint WillDelaySeconds => Math.Min(Will?.DelaySeconds ?? 0, ExpirySeconds);
    /// <summary>Index among the configured bridges; -1: an ordinary client.</summary>
    public int Bridge { get; set; } = -1;
    /// <summary>Whether a filter is a bridge's right, whatever its login grants.</summary>
    public bool IsItsOwn(ReadOnlySpan<byte> filter) =>
        Bridge >= 0 && filter.SequenceEqual(ControlTopics.BridgeBacklog);

    /// <summary>Discarded: whatever still points here has come too late.</summary>
    public bool IsGone { get; set; }

    public Connection? Connection { get; set; }
    /// <summary>Number of its last connection in this epoch; 0: it had none yet.</summary>
    public long Channel { get; set; }
    public IReadOnlyList<Subscription> Subscriptions => _subscriptions;
    /// <summary>Bytes of all filters.</summary>
    public int SubscriptionBytes { get; private set; }
    /// <summary>The local user that made it and may alone go on with it; empty: anybody.</summary>
    public string Owner { get; set; } = "";
    public Will? Will { get; set; }

    /// <summary>
    /// What waited is sent by batches or on request; set while a client is connected (LMQ-OFF-1).
    /// </summary>
    public bool IsPaced { get; set; }

    /// <summary>
    /// Of a connected client the mailbox, of that the client's session: both share its connection. Null:
    /// there is no other.
    /// </summary>
    public Session? Companion { get; set; }

    /// <summary>Which installation of a gateway came last; empty: it did not say.</summary>
    public string Installation { get; set; } = "";

    /// <summary>Installations that another one took the place of: they come in by permission only.</summary>
    public List<string> Superseded => _superseded ??= [];

    /// <summary>Whether there are any.</summary>
    public bool HasSuperseded => _superseded is { Count: > 0 };

    /// <summary>Its client brings what edge brokers took (LMQ-CORE-4).</summary>
    public bool IsGateway { get; set; }

    /// <summary>
    /// A bridge of this broker's or, at a central, a gateway: exempt from quotas and pacing, never dropped
    /// from.
    /// </summary>
    public bool IsBridging => Bridge >= 0 || IsGateway;

    /// <summary>It is a mailbox: it keeps what was published to one client id (LMQ-MSG-5).</summary>
    public bool IsMailbox { get; } = publisher.ClientId is [SessionTable.MailboxMark, ..];

    /// <summary>Messages on their way to this client.</summary>
    public DeliveryQueue Queue => _queue ?? MakeQueue();
    public bool HasQueue => _queue is not null;
    /// <summary>Whether a message that was just queued is on its way already.</summary>
    public bool IsKeepingUp => Connection is not null && !Queue.HasWaiting;
    /// <summary>What this client is owed as a publisher.</summary>
    public Receipts Receipts => _receipts ?? MakeReceipts();
    public bool HasReceipts => _receipts is not null;

    /// <summary>Who received its last publish, mostly those of its next one, too; null: unknown.</summary>
    public Route? LastRoute { get; set; }

    /// <summary>Most messages in flight to this client.</summary>
    public int Window { get; set; }

    /// <summary>How often its client has pulled; null: never.</summary>
    public PullPace? PullPace { get; set; }

    /// <summary>It came from the store, and no client has come for it since.</summary>
    public bool IsRecovered { get; set; }

    /// <summary>Whether a document of it is, or will be with the next group, in the store.</summary>
    public bool IsStored { get; set; }
    public bool IsDirty { get; set; }
    /// <summary>When something about it was last told to the log.</summary>
    public long ReportedAt { get; set; } = long.MinValue / 2;
    /// <summary>Number of the group that its document changed with last.</summary>
    public long StoredWith { get; set; }
    public bool ProgressDirty { get; set; }

    /// <summary>
    /// When its in-flight window last moved, for the check on readers that never acknowledge.
    /// </summary>
    public long LastProgress { get; set; }
    /// <summary>Marks used while a route is computed.</summary>
    public int MatchNumber { get; set; }
    public int MatchIndex { get; set; }

    /// <summary>Adds a filter, or replaces the one that is the same.</summary>
    public void SetSubscription(in Subscription subscription)
    {
        var index = IndexOf(subscription.Filter);
        if (index >= 0) _subscriptions[index] = subscription;
        else
        {
            _subscriptions.Add(subscription);
            SubscriptionBytes += subscription.Filter.Length;
        }
    }

    public void RemoveSubscription(int index)
    {
        SubscriptionBytes -= _subscriptions[index].Filter.Length;
        _subscriptions.RemoveAt(index);
    }

    /// <summary>Position of a filter in <see cref="Subscriptions"/>; -1: not held.</summary>
    public int IndexOf(ReadOnlySpan<byte> filter)
    {
        for (var i = 0; i < _subscriptions.Count; i++)
            if (filter.SequenceEqual(_subscriptions[i].Filter)) return i;
        return -1;
    }

    // Apart, so that the accessors, which every message passes many times, are inlined.
    private DeliveryQueue MakeQueue() => _queue = new DeliveryQueue(IsMailbox);

    private Receipts MakeReceipts() => _receipts = new Receipts();
}
