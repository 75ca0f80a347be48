using System.Buffers;
using LightMq.Broker.Dialects;
using LightMq.Broker.Sessions;
using LightMq.Broker.Settings;
using LightMq.Mqtt;

namespace LightMq.Broker.Connections;

/// <summary>How far a connection has come.</summary>
internal enum ConnectionStage : byte
{
    /// <summary>CONNECT has not come.</summary>
    New,
    /// <summary>CONNECT came; a password check or the disk must answer before CONNACK.</summary>
    Connecting,
    /// <summary>
    /// CONNACK accepted it, but it has no session until its first token was found good (LMQ-AUTH-2).
    /// </summary>
    Provisional,
    /// <summary>CONNACK accepted it.</summary>
    Ready,
}

/// <summary>One peer as the engine sees it. Made by the host, which keeps the socket beside it.</summary>
public sealed class Connection(ListenerOptions listener, string remoteAddress, object? host = null)
{
    private Complaints? _complaints;

    /// <summary>The listener it came in by.</summary>
    public ListenerOptions Listener { get; } = listener;

    /// <summary>Peer's address, for logs.</summary>
    public string RemoteAddress { get; } = remoteAddress;

    /// <summary>The host's own object for this connection.</summary>
    public object? Host { get; } = host;

    /// <summary>
    /// Common name of the certificate that the peer showed and the host verified; null: none. Set by the host
    /// before the first byte.
    /// </summary>
    public string? CertificateName { get; set; }

    /// <summary>What waits to be written.</summary>
    public Outbox Outbox { get; } = new();

    /// <summary>Whether <see cref="Input.Drained"/> is wanted once the outbox is empty.</summary>
    public bool WantsDrained { get; internal set; }

    /// <summary>Whether the engine has let go of it.</summary>
    public bool IsClosed { get; internal set; }

    internal ConnectionStage Stage { get; set; }
    /// <summary>As CONNECT says; until then packets are read as those of 3.1.1.</summary>
    internal ProtocolVersion Version { get; set; } = ProtocolVersion.V311;
    /// <summary>Of MQTT 5.0; null with older versions.</summary>
    internal Terms? Terms { get; set; }
    internal Session? Session { get; set; }
    internal Login? Login { get; set; }
    /// <summary>CONNECT while it waits for the password check, or for a token.</summary>
    internal byte[]? PendingConnect { get; set; }
    /// <summary>As CONNECT has it.</summary>
    internal byte[] ClientId { get; set; } = [];
    internal string ClientText => System.Text.Encoding.UTF8.GetString(ClientId);
    /// <summary>When it became provisional.</summary>
    internal long ProvisionalSince { get; set; }
    /// <summary>What the CONNACK of a provisional connection said: its session was there.</summary>
    internal bool IsSessionPromised { get; set; }
    /// <summary>A token that is being verified.</summary>
    internal PendingUpload? Upload { get; set; }
    /// <summary>Counts connections within the epoch.</summary>
    internal long Number { get; set; }
    /// <summary>Position in the engine's list of connections.</summary>
    internal int Index { get; set; }
    internal long OpenedAt { get; set; }
    /// <summary>When it was let in.</summary>
    internal long ReadyAt { get; set; }
    /// <summary>Its first keep-alive period, in which a first pull decides (LMQ-OFF-2).</summary>
    internal int PeriodMilliseconds { get; set; }
    /// <summary>It has asked for what waits.</summary>
    internal bool HasPulled { get; set; }
    /// <summary>When its next batch of what waits is due; 0: none is.</summary>
    internal long PacedAt { get; set; }
    internal long LastReceived { get; set; }
    /// <summary>Longest silence allowed; 0: any (MQTT-3.1.2-24).</summary>
    internal int SilenceMillisecondsMax { get; set; }
    /// <summary>Reading has stopped: by back-pressure.</summary>
    internal bool IsStopped { get; set; }
    /// <summary>An incomplete packet, or packets that must wait.</summary>
    internal Leftover Leftover;
    /// <summary>Publishes that wait for room.</summary>
    internal ParkedPublishes? Parked { get; set; }
    /// <summary>
    /// Publishes are refused until its client has acknowledged what lies below this number; 0: they are not.
    /// </summary>
    internal long RefusedUntil { get; set; }
    internal long RefusedSince { get; set; }
    internal long SentSeen { get; set; }
    internal long SentSeenAt { get; set; }

    /// <summary>It is closed once its SUBACK is out (table of refusals).</summary>
    internal bool ClosesAfterAnswer { get; set; }

    /// <summary>What it is sent has neither properties nor other names than here.</summary>
    internal bool IsSimple { get; set; }

    /// <summary>What it may be sent depends on its tokens (LMQ-AUTH-2).</summary>
    internal bool ReadsByToken { get; set; }

    /// <summary>Its client's coming was told, its going was not yet (LMQ-PRE-1).</summary>
    internal bool IsAnnounced { get; set; }

    /// <summary>Its messages on partition-ordered topics are numbered (LMQ-ORD-2).</summary>
    internal bool IsOrdered { get; set; }

    internal bool IsRefused => RefusedUntil > 0;

    /// <summary>It is under the LMQ contract; false: standard MQTT.</summary>
    internal bool IsLmq => Listener.Dialect == Dialect.Lmq;

    internal bool OwesAcknowledgements => Session is { HasQueue: true, Queue.Inflight: > 0 }
        || Session?.Companion is { HasQueue: true, Queue.Inflight: > 0 };

    /// <summary>Whether a complaint about its client is due in the log.</summary>
    internal bool MayComplain(Complaint complaint, long now) =>
        (_complaints ??= new Complaints()).IsDue(complaint, now);

    /// <summary>Room for a packet; tells the host when the outbox stops being empty.</summary>
    internal Span<byte> Reserve(int bytes, IEffects effects)
    {
        if (Outbox.IsEmpty) effects.Send(this);
        return Outbox.Reserve(bytes);
    }

    /// <summary>Appends a ready packet.</summary>
    internal void Write(ReadOnlySpan<byte> packet, IEffects effects)
    {
        packet.CopyTo(Reserve(packet.Length, effects));
        Outbox.Append(packet.Length);
    }
}

/// <summary>
/// Bytes received that cannot be worked on yet; holds a pooled buffer only while there are any.
/// </summary>
internal struct Leftover
{
    private byte[]? _bytes;
    private int _length;

    public readonly int Length => _length;
    public readonly ReadOnlySpan<byte> Bytes => _bytes is null ? [] : _bytes.AsSpan(0, _length);

    public void Append(ReadOnlySpan<byte> more)
    {
        if (more.IsEmpty) return;
        if (_bytes is null || _bytes.Length - _length < more.Length)
        {
            var target = ArrayPool<byte>.Shared.Rent(Math.Max(64, _length + more.Length));
            Bytes.CopyTo(target);
            if (_bytes is not null) ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = target;
        }
        more.CopyTo(_bytes.AsSpan(_length));
        _length += more.Length;
    }

    /// <summary>Drops <paramref name="count"/> bytes from the front.</summary>
    public void Drop(int count)
    {
        _length -= count;
        if (_length > 0) _bytes.AsSpan(count, _length).CopyTo(_bytes);
        else Clear();
    }

    public void Clear()
    {
        if (_bytes is not null) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = null;
        _length = 0;
    }
}

/// <summary>One entry of <see cref="ParkedPublishes"/>.</summary>
/// <param name="Packet">The whole PUBLISH; null: only its answer waits for its turn.</param>
/// <param name="PacketId">Of one that is answered.</param>
/// <param name="Qos">Of either.</param>
/// <param name="Reason">The answer.</param>
internal readonly record struct ParkedPublish(
    byte[]? Packet, ushort PacketId, byte Qos, ReasonCode Reason = ReasonCode.QuotaExceeded);

/// <summary>PUBLISH packets of one connection that wait for room, in their order.</summary>
internal sealed class ParkedPublishes
{
    private readonly Queue<ParkedPublish> _entries = [];

    public int Count => _entries.Count;
    public int Bytes { get; private set; }
    /// <summary>Those that are owed an acknowledgement.</summary>
    public int OwedCount { get; private set; }
    /// <summary>
    /// The queue that was full when the oldest was tried; null: a bound of the whole broker.
    /// </summary>
    public Session? BlockedBy { get; set; }
    /// <summary>State of the subscriptions when it was tried.</summary>
    public int TreeVersion { get; set; }

    public void Add(in ParkedPublish entry)
    {
        _entries.Enqueue(entry);
        Bytes += entry.Packet?.Length ?? 0;
        if (entry.Qos > 0) OwedCount++;
    }

    public ParkedPublish Peek() => _entries.Peek();

    public void Remove()
    {
        var entry = _entries.Dequeue();
        Bytes -= entry.Packet?.Length ?? 0;
        if (entry.Qos > 0) OwedCount--;
    }
}
