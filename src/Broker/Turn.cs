using LightMq.Broker.Connections;

namespace LightMq.Broker;

/// <summary>
/// What every room of the engine shares: the time and the effects of this input, and the totals.
/// </summary>
internal sealed class Turn
{
    private const int RefusalsPerSecondMax = 20, TextMax = 200;
    private static readonly IEffects Nowhere = new NoEffects();

    private long _refusalSecond;
    private int _refusals;

    public Now Now { get; private set; }
    public IEffects Effects { get; private set; } = Nowhere;
    public Counters Counters { get; } = new();

    /// <summary>
    /// Set when a queue, the journal or memory got room: parked publishes may be tried again.
    /// </summary>
    public bool RoomFreed { get; set; }

    /// <summary>Whether messages count against a quota (LMQ-LIM-2).</summary>
    public bool IsMetered { get; set; }

    /// <summary>Weighted messages received from and sent to clients while they count.</summary>
    public long Units { get; private set; }

    /// <summary>Counts one message by its QoS (LMQ-LIM-2).</summary>
    public void Meter(Connection connection, int qos)
    {
        if (connection.Session is { IsBridging: false }) Units += qos == 0 ? 1 : qos == 1 ? 2 : 10;
    }

    /// <summary>Connections whose waiting bytes may be worked on now.</summary>
    public List<Connection> Resumed { get; } = [];

    /// <summary>
    /// Milliseconds that this store has been in use, as far as known: what expires is measured by it, because
    /// the board's clock may be wrong (design page, "Clocks").
    /// </summary>
    public long Age => AgeAtZero + Now.Milliseconds;

    /// <summary>The age in whole seconds, as messages remember when they were accepted.</summary>
    public uint AgeSeconds => (uint)(Age / 1000);

    /// <summary>The age when <see cref="Now.Milliseconds"/> was 0; set when the engine starts.</summary>
    public long AgeAtZero { get; set; }

    /// <summary>When a life of <paramref name="seconds"/> from now ends, in <see cref="Age"/>; never
    /// 0.</summary>
    public long EndOf(uint seconds)
    {
        MayExpire = true;
        return Math.Max(1, Age + seconds * 1000L);
    }

    /// <summary>
    /// Set when a message was accepted that ends by time: it expires, or is kept for so long.
    /// </summary>
    public bool MayExpire { get; set; }

    /// <summary>
    /// The least that the wall clock should have shown when <see cref="Now.Milliseconds"/> was 0: one that is
    /// not trusted is not believed to be behind it (LMQ-TOK-9).
    /// </summary>
    public long KnownUnixAtZero { get; set; }

    /// <summary>The time, as far as it is known for certain: it is this late at least.</summary>
    public long KnownUnixMilliseconds =>
        Now.Trusted ? Now.UnixMilliseconds : KnownUnixAtZero + Now.Milliseconds;

    public void Begin(in Now now, IEffects effects)
    {
        Now = now.Trusted || now.UnixMilliseconds >= KnownUnixAtZero + now.Milliseconds ? now
            : now with { UnixMilliseconds = KnownUnixAtZero + now.Milliseconds };
        Effects = effects;
        LastRefused = null;
    }

    /// <summary>Of whom something was refused last, in this turn.</summary>
    public Connection? LastRefused { get; private set; }

    /// <summary>Tells the host; names are cut, and refusals are few enough to be read.</summary>
    public void Report(BrokerEventKind kind, string clientId, Connection? connection, string detail,
        CloseReason? reason = null)
    {
        if (kind == BrokerEventKind.Refused) LastRefused = connection;
        var isRefusal = kind is BrokerEventKind.Refused or BrokerEventKind.ConnectRefused
            or BrokerEventKind.ClientExpelled or BrokerEventKind.SessionChanged;
        if (isRefusal && Now.Milliseconds / 1000 != _refusalSecond)
            (_refusalSecond, _refusals) = (Now.Milliseconds / 1000, 0);
        if (isRefusal && ++_refusals > RefusalsPerSecondMax) return;
        Effects.Report(new BrokerEvent(
            kind, Cut(clientId), connection?.RemoteAddress ?? "", Cut(detail), reason));
    }

    /// <summary>Tells the host of an alarm.</summary>
    public void Report(in Settings.QuotaUse use, string detail) =>
        Effects.Report(new BrokerEvent(BrokerEventKind.QuotaAlarm, "", "", detail, Use: use));

    private static string Cut(string text) => text.Length <= TextMax ? text : $"{text.AsSpan(0, TextMax)}…";

    /// <summary>Before the first input there is nowhere to send to.</summary>
    private sealed class NoEffects : IEffects
    {
        public void Send(Connection connection) { }
        public void SetReading(Connection connection, bool on) { }
        public void Close(Connection connection, CloseReason reason) { }
        public void Store(Durability.StoreGroup group) { }
        public void Load(int slot) { }
        public void CheckPassword(Connection connection, Settings.PasswordHash hash, byte[] password) { }
        public void CheckToken(Connection connection, byte[] token) { }
        public void RegistryStored(Settings.RegistryChange change) { }
        public void Report(in BrokerEvent happened) { }
    }
}
