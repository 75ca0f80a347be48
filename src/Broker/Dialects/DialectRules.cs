using LightMq.Broker.Connections;
using LightMq.Broker.Settings;
using LightMq.Lmq;
using LightMq.Mqtt;

namespace LightMq.Broker.Dialects;

/// <summary>Who a client is, as far as it was let in.</summary>
/// <param name="Name">User name or access key; empty: anonymous.</param>
/// <param name="Rules">Topics granted; null: all.</param>
internal sealed record Login(string Name, IReadOnlyList<GrantedFilter>? Rules)
{
    /// <summary>What it may do under the LMQ contract; null at Plain listeners.</summary>
    public LmqPass? Pass { get; init; }

    /// <summary>Its tokens say what it may do (LMQ-AUTH-2).</summary>
    public bool IsTokens => Pass is { Wallet: not null };

    /// <summary>
    /// Whether a stored message may be delivered to it; always, unless tokens say what it may read.
    /// </summary>
    public bool MayRead(ReadOnlySpan<byte> topic) =>
        Pass is not { Wallet: { } wallet } || wallet.MayRead(topic);
}

/// <summary>A topic rule with its filter as bytes.</summary>
internal sealed record GrantedFilter(byte[] Filter, bool Read, bool Write);

/// <summary>What a dialect says to a CONNECT.</summary>
/// <param name="Code">Accepted, or the return code.</param>
/// <param name="Cause">For the log: why it was refused and what to do.</param>
/// <param name="Login">Who it is.</param>
/// <param name="Password">The hash that its password must match before it is let in; null: none to
/// check.</param>
/// <param name="Counted">The same for a counter.</param>
internal readonly record struct LoginVerdict(
    ConnectCode Code, string Cause, Login? Login = null, PasswordHash? Password = null,
    RefusalCause Counted = RefusalCause.None)
{
    public static LoginVerdict Accept(Login login, PasswordHash? password = null) =>
        new(ConnectCode.Accepted, "", login, password);
}

/// <summary>What a topic that is published to stands for.</summary>
internal enum TopicKind : byte
{
    /// <summary>Its subscribers.</summary>
    Ordinary,
    /// <summary>
    /// The broker itself: what is published is a request (LMQ-TOK-6, LMQ-ORD-2, LMQ-OFF-2).
    /// </summary>
    Control,
    /// <summary>One client (LMQ-MSG-5).</summary>
    PeerToPeer,
}

/// <summary>What becomes of a publish or a filter (contract, table of refusals).</summary>
/// <param name="Code">Success: it goes its way. Else why it is refused, as MQTT 5.0 says it.</param>
/// <param name="Closes">Whether the connection closes, for a filter behind its SUBACK.</param>
/// <param name="Kind">Whom a publish is for.</param>
/// <param name="Cause">Why it is refused, for a counter and the log.</param>
/// <param name="Fault">What is wrong with the token at fault, of which its client is told first.</param>
/// <param name="Type">Of that token.</param>
internal readonly record struct TopicVerdict(
    ReasonCode Code, bool Closes = false, TopicKind Kind = TopicKind.Ordinary,
    RefusalCause Cause = RefusalCause.None, TokenFault Fault = TokenFault.None,
    TokenActions Type = TokenActions.None)
{
    public static TopicVerdict Granted => default;
    public static TopicVerdict Control => new(ReasonCode.Success, Kind: TopicKind.Control);
    public static TopicVerdict PeerToPeer => new(ReasonCode.Success, Kind: TopicKind.PeerToPeer);
    public static TopicVerdict NotGranted => Forbidden(RefusalCause.NotGranted);
    public static TopicVerdict Forbidden(RefusalCause cause) =>
        new(ReasonCode.NotAuthorized, Closes: true, Cause: cause);
    public bool IsGranted => Code == ReasonCode.Success;
}

/// <summary>
/// The rules of one listener (contract, "Two dialects"). A class, not an interface: each publish asks it.
/// </summary>
internal abstract class DialectRules
{
    /// <summary>Judges client id and login.</summary>
    public abstract LoginVerdict Admit(in ConnectPacket connect, Connection connection);

    /// <summary>Judges the topic of a publish or of a will, and the payload's size.</summary>
    public abstract TopicVerdict Publish(Login login, ReadOnlySpan<byte> topic, int payloadBytes);

    /// <summary>Judges a filter.</summary>
    public abstract TopicVerdict Subscribe(Login login, ReadOnlySpan<byte> filter);

    /// <summary>Whether a filter that a session holds from before stays with it.</summary>
    public abstract bool Keeps(Login login, ReadOnlySpan<byte> filter);
}
