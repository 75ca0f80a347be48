namespace LightMq.Broker.Settings;

/// <summary>Which rules a listener speaks (contract, "Two dialects").</summary>
public enum Dialect
{
    /// <summary>Names, logins and limits of the LMQ contract.</summary>
    Lmq,
    /// <summary>Standard MQTT with local users.</summary>
    Plain,
}

/// <summary>What happens to a message that a full queue or a full disk has no room for.</summary>
public enum DropPolicy
{
    /// <summary>Nothing accepted is dropped: the publisher waits.</summary>
    Stop,
    /// <summary>The oldest waiting messages make room.</summary>
    DropOldest,
    /// <summary>The new message is dropped.</summary>
    DropNewest,
    /// <summary>Of each topic only the newest waiting message is kept.</summary>
    KeepLatestPerTopic,
}

/// <summary>What a listener lets in.</summary>
public sealed record ListenerOptions
{
    /// <summary>Name in logs and counters.</summary>
    public string Name { get; init; } = "tcp";
    /// <summary>Rules spoken here.</summary>
    public Dialect Dialect { get; init; } = Dialect.Lmq;
    /// <summary>Whether a client without user name is let in (<see cref="Dialect.Plain"/> only).</summary>
    public bool Anonymous { get; init; }
    /// <summary>
    /// Whether the common name of a client's certificate logs it in as the local user of that name, without a
    /// password (<see cref="Dialect.Plain"/> only).
    /// </summary>
    public bool CertificateUser { get; init; }
    /// <summary>Whether a client's id must be the common name of its certificate.</summary>
    public bool CertificateId { get; init; }
}

/// <summary>A bridge session: made before the listeners open, never dropped, numbered (LMQ-CORE-4).</summary>
/// <param name="ClientId">Client id that the uplink connects with.</param>
/// <param name="Filters">Topic filters whose messages go up.</param>
/// <param name="User">Local user or access key that must log in for it; null: any login the listener
/// takes.</param>
/// <param name="Sensors">LMQ names of stock sensors' messages; null: they go up under their own.</param>
public sealed record BridgeOptions(
    string ClientId, IReadOnlyList<string> Filters, string? User = null, SensorOptions? Sensors = null);

/// <summary>PBKDF2 parameters and result: HMAC-SHA256.</summary>
/// <param name="Iterations">Rounds.</param>
/// <param name="Salt">Random salt.</param>
/// <param name="Hash">Derived key.</param>
public sealed record PasswordHash(int Iterations, byte[] Salt, byte[] Hash);

/// <summary>What a local user may do on topics that match a filter.</summary>
/// <param name="Filter">MQTT topic filter.</param>
/// <param name="Read">May subscribe.</param>
/// <param name="Write">May publish.</param>
public sealed record TopicRule(string Filter, bool Read, bool Write);

/// <summary>A local user of <see cref="Dialect.Plain"/> listeners (LMQ-AUTH-5).</summary>
/// <param name="Name">User name.</param>
/// <param name="Password">Its password, hashed.</param>
/// <param name="Rules">Topics granted; empty: none.</param>
public sealed record LocalUser(string Name, PasswordHash Password, IReadOnlyList<TopicRule> Rules);

/// <summary>Everything the engine can be told, with units in the names. Validated by the host.</summary>
public sealed record BrokerOptions
{
    /// <summary>A packet above this closes the connection before it is buffered (LMQ-MSG-1).</summary>
    public int PacketBytesMax { get; init; } = 131_072;
    /// <summary>Largest payload in the LMQ dialect (LMQ-MSG-1).</summary>
    public int PayloadBytesMax { get; init; } = 65_536;
    /// <summary>Connections in total; bridges have slots beside them.</summary>
    public int ConnectionsMax { get; init; } = 10_000;
    /// <summary>Sessions kept, connected or not.</summary>
    public int SessionsMax { get; init; } = 20_000;
    /// <summary>Filters per client; 0: no bound.</summary>
    public int SubscriptionsMax { get; init; } = 1_000;
    /// <summary>Filters per client in the LMQ dialect (LMQ-LIM-1), within the bound above.</summary>
    public int LmqSubscriptionsMax { get; init; } = 30;
    /// <summary>Levels of a topic or filter, 1 to 200.</summary>
    public int TopicLevelsMax { get; init; } = 200;
    /// <summary>Time from TCP connect to a whole CONNECT.</summary>
    public int ConnectSecondsMax { get; init; } = 10;
    /// <summary>Longest keep-alive granted; longer and 0 are held to it (LMQ-NET-5).</summary>
    public int KeepAliveSecondsMax { get; init; } = 1_200;
    /// <summary>A peer that takes nothing of what waits for it for this long is closed.</summary>
    public int SlowReaderSecondsMax { get; init; } = 30;
    /// <summary>Unacknowledged messages sent to one client.</summary>
    public int InflightMax { get; init; } = 256;
    /// <summary>The same for a bridge.</summary>
    public int BridgeInflightMax { get; init; } = 2_048;
    /// <summary>Unacknowledged messages taken from one client of MQTT 5.0 (MQTT5-3.3.4-7).</summary>
    public int ReceiveMax { get; init; } = 1_024;
    /// <summary>The same for a bridge.</summary>
    public int BridgeReceiveMax { get; init; } = 4_096;
    /// <summary>Bytes that may wait in one outbox before messages stay in their queue.</summary>
    public int OutboxBytesMax { get; init; } = 262_144;
    /// <summary>Messages waiting for one client.</summary>
    public int QueueMessagesMax { get; init; } = 1_000_000;
    /// <summary>Bytes waiting for one client.</summary>
    public long QueueBytesMax { get; init; } = 256L << 20;
    /// <summary>Bytes waiting for all clients together, on disk and in memory.</summary>
    public long QueuesBytesMax { get; init; } = 1L << 30;
    /// <summary>
    /// Payload bytes kept in memory; stored messages beyond it are read back when their turn comes.
    /// </summary>
    public long MemoryBytesMax { get; init; } = 64L << 20;
    /// <summary>Retained messages kept.</summary>
    public int RetainedMessagesMax { get; init; } = 100_000;
    /// <summary>Bytes of retained messages kept, in memory.</summary>
    public long RetainedBytesMax { get; init; } = 64L << 20;
    /// <summary>A full queue of a client that is no bridge.</summary>
    public DropPolicy QueueFull { get; init; } = DropPolicy.Stop;
    /// <summary>A full disk; <see cref="DropPolicy.KeepLatestPerTopic"/> is not allowed here.</summary>
    public DropPolicy DiskFull { get; init; } = DropPolicy.Stop;
    /// <summary>Packets parked per connection before its reading stops.</summary>
    public int ParkedPacketsMax { get; init; } = 64;
    /// <summary>Bytes parked per connection before its reading stops.</summary>
    public int ParkedBytesMax { get; init; } = 262_144;
    /// <summary>How long a PUBACK may wait for subscribers that keep up; 0: always store first.</summary>
    public int AckHoldMilliseconds { get; init; } = 200;
    /// <summary>How long a group gathers before it is committed.</summary>
    public int GroupMilliseconds { get; init; } = 5;
    /// <summary>Messages that end a group's gathering at once.</summary>
    public int GroupMessagesMax { get; init; } = 128;
    /// <summary>Bytes of one group; beyond it publishers wait.</summary>
    public int GroupBytesMax { get; init; } = 4 << 20;
    /// <summary>
    /// Dead bytes in slots, beyond three times the live ones, before stragglers are packed anew.
    /// </summary>
    public int SlotWasteBytesMax { get; init; } = 4 << 20;
    /// <summary>Acknowledgements that nothing else carried to the disk are written this often.</summary>
    public int HousekeepingSeconds { get; init; } = 10;
    /// <summary>
    /// No time before it is believed while the clock is not trusted, milliseconds since the epoch; the host
    /// gives the date of its own release.
    /// </summary>
    public long EarliestUnixMilliseconds { get; init; }
    /// <summary>What makes it a central broker; null: it is one at the edge.</summary>
    public CentralOptions? Central { get; init; }
    /// <summary>Bridge sessions.</summary>
    public IReadOnlyList<BridgeOptions> Bridges { get; init; } = [];
    /// <summary>Local users of Plain listeners.</summary>
    public IReadOnlyList<LocalUser> Users { get; init; } = [];
    /// <summary>Messages that wait for clients of Lmq listeners.</summary>
    public OfflineOptions Offline { get; init; } = new();
    /// <summary>
    /// Whether a client without password may come to an Lmq listener and upload a token (LMQ-AUTH-2).
    /// </summary>
    public bool Tokens { get; init; }
    /// <summary>A client that has uploaded no token for this long is closed (LMQ-AUTH-2).</summary>
    public int TokenSecondsMax { get; init; } = 30;
    /// <summary>Quotas (LMQ-LIM-2), as the configuration has them.</summary>
    public InstanceQuotas Quotas { get; init; } = InstanceQuotas.None;
    /// <summary>Registry of Lmq listeners, as the configuration has it.</summary>
    public LmqRegistry Lmq { get; init; } = LmqRegistry.Empty;
}
