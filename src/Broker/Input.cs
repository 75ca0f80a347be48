using LightMq.Broker.Connections;
using LightMq.Broker.Settings;
using LightMq.Lmq;

namespace LightMq.Broker;

/// <summary>The kinds of <see cref="Input"/>.</summary>
public enum InputKind
{
    /// <summary>A peer has connected.</summary>
    Connected,
    /// <summary>Bytes arrived from a peer.</summary>
    Received,
    /// <summary>The peer is gone.</summary>
    Closed,
    /// <summary>An outbox ran empty.</summary>
    Drained,
    /// <summary>Time passed: <see cref="Engine.Deadline"/> was reached.</summary>
    Tick,
    /// <summary>A group is durable.</summary>
    Stored,
    /// <summary>A slot was read back.</summary>
    Loaded,
    /// <summary>A password was compared.</summary>
    PasswordChecked,
    /// <summary>The disk became full, or has room again.</summary>
    DiskFull,
    /// <summary>The store was salvaged and may lack values.</summary>
    StoreRebuilt,
    /// <summary>The host stops: commit what is held, publish no wills, let go of all connections.</summary>
    Stop,
    /// <summary>A token was verified.</summary>
    TokenChecked,
    /// <summary>Tokens were revoked.</summary>
    Revoked,
    /// <summary>See <see cref="Input.Kept"/>.</summary>
    Kept,
    /// <summary>The registry is to be changed.</summary>
    RegistryChanged,
    /// <summary>See <see cref="Input.Requested"/>.</summary>
    Requested,
}

/// <summary>One thing that happened, as the engine is told of it.</summary>
public readonly ref struct Input
{
    /// <summary>What happened.</summary>
    public InputKind Kind { get; private init; }
    /// <summary>To which connection, where it concerns one.</summary>
    public Connection? Connection { get; private init; }
    /// <summary>The bytes received or read back; only valid during the call.</summary>
    public ReadOnlySpan<byte> Bytes { get; private init; }
    /// <summary>What was found of a token (TokenChecked).</summary>
    public TokenVerdict Token { get; private init; }
    /// <summary>Ids of all tokens that are revoked (Revoked).</summary>
    public IReadOnlySet<string>? TokenIds { get; private init; }
    /// <summary>The change to be made (RegistryChanged).</summary>
    public RegistryChange? Change { get; private init; }
    /// <summary>What is asked (Requested).</summary>
    public CentralRequest? Request { get; private init; }
    /// <summary>Group number (Stored) or slot (Loaded).</summary>
    public long Number { get; private init; }
    /// <summary>The password matched; the disk is full.</summary>
    public bool Yes { get; private init; }

    /// <summary>A peer has connected; <paramref name="connection"/> was made by the host for it.</summary>
    public static Input Connected(Connection connection) =>
        new() { Kind = InputKind.Connected, Connection = connection };
    /// <summary>Bytes arrived, in any cut.</summary>
    public static Input Received(Connection connection, ReadOnlySpan<byte> bytes) =>
        new() { Kind = InputKind.Received, Connection = connection, Bytes = bytes };
    /// <summary>The peer closed, or the socket failed.</summary>
    public static Input Closed(Connection connection) =>
        new() { Kind = InputKind.Closed, Connection = connection };
    /// <summary>The outbox is empty again and the engine wanted to know.</summary>
    public static Input Drained(Connection connection) =>
        new() { Kind = InputKind.Drained, Connection = connection };
    /// <summary>Time passed.</summary>
    public static Input Tick() => new() { Kind = InputKind.Tick };
    /// <summary>Group <paramref name="number"/> is durable.</summary>
    public static Input Stored(long number) => new() { Kind = InputKind.Stored, Number = number };
    /// <summary>A slot's content; empty when it could not be read (damaged: it was quarantined).</summary>
    public static Input Loaded(int slot, ReadOnlySpan<byte> bytes) =>
        new() { Kind = InputKind.Loaded, Number = slot, Bytes = bytes };
    /// <summary>The answer to <see cref="IEffects.CheckPassword"/>.</summary>
    public static Input PasswordChecked(Connection connection, bool matches) =>
        new() { Kind = InputKind.PasswordChecked, Connection = connection, Yes = matches };
    /// <summary>The disk refuses for want of room (true), or takes writes again (false).</summary>
    public static Input DiskFull(bool full) => new() { Kind = InputKind.DiskFull, Yes = full };
    /// <summary>
    /// The store had to be salvaged while the broker ran: what the engine holds in memory is written again.
    /// </summary>
    public static Input StoreRebuilt() => new() { Kind = InputKind.StoreRebuilt };
    /// <summary>
    /// The answer to <see cref="IEffects.CheckToken"/>; without fault and grant: it could not be checked.
    /// </summary>
    public static Input TokenChecked(Connection connection, TokenVerdict verdict) =>
        new() { Kind = InputKind.TokenChecked, Connection = connection, Token = verdict };
    /// <summary>
    /// All tokens that are revoked, by id (LMQ-TOK-5), in the place of those told before. Never changed
    /// afterwards.
    /// </summary>
    public static Input Revoked(IReadOnlySet<string> tokenIds) =>
        new() { Kind = InputKind.Revoked, TokenIds = tokenIds };
    /// <summary>
    /// An entry of the registry is set or removed (LMQ-ID-6); its names are checked by the host. Answered by
    /// <see cref="IEffects.RegistryStored"/>.
    /// </summary>
    public static Input RegistryChanged(RegistryChange change) =>
        new() { Kind = InputKind.RegistryChanged, Change = change };
    /// <summary>The answer to <see cref="IEffects.Keep"/>: all up to this number are durable.</summary>
    public static Input Kept(long number) => new() { Kind = InputKind.Kept, Number = number };
    /// <summary>
    /// A central is asked from the side of its core. Answered by <see cref="IEffects.Answered"/>.
    /// </summary>
    public static Input Requested(CentralRequest request) =>
        new() { Kind = InputKind.Requested, Request = request };
    /// <summary>The host stops.</summary>
    public static Input Stop() => new() { Kind = InputKind.Stop };
}
