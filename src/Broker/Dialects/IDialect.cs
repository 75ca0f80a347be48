using LightMq.Broker.Connections;
using LightMq.Broker.Settings;
using LightMq.Mqtt;

namespace LightMq.Broker.Dialects;

/// <summary>Who a client is, as far as it was let in.</summary>
/// <param name="Name">User name or access key; empty: anonymous.</param>
/// <param name="Rules">Topics granted; null: all.</param>
internal sealed record Login(string Name, IReadOnlyList<GrantedFilter>? Rules);

/// <summary>A topic rule with its filter as bytes.</summary>
internal sealed record GrantedFilter(byte[] Filter, bool Read, bool Write);

/// <summary>What a dialect says to a CONNECT.</summary>
/// <param name="Code">Accepted, or the return code.</param>
/// <param name="Cause">For the log: why it was refused and what to do.</param>
/// <param name="Login">Who it is.</param>
/// <param name="Password">The hash that its password must match before it is let in; null: none to
/// check.</param>
internal readonly record struct LoginVerdict(
    ConnectCode Code, string Cause, Login? Login = null, PasswordHash? Password = null)
{
    public static LoginVerdict Accept(Login login, PasswordHash? password = null) =>
        new(ConnectCode.Accepted, "", login, password);
}

/// <summary>What a topic that is published to stands for.</summary>
internal enum TopicKind : byte
{
    /// <summary>Its subscribers.</summary>
    Ordinary,
    /// <summary>The broker itself: what is published is a request (LMQ-TOK-6, LMQ-ORD-2, LMQ-OFF-2).</summary>
    Control,
    /// <summary>One client (LMQ-MSG-5).</summary>
    PeerToPeer,
}

/// <summary>What becomes of a publish or a filter (contract, table of refusals).</summary>
/// <param name="Code">Success: it goes its way. Else why it is refused, as MQTT 5.0 says it.</param>
/// <param name="Closes">Whether the connection closes, for a filter behind its SUBACK.</param>
/// <param name="Kind">Whom a publish is for.</param>
internal readonly record struct TopicVerdict(
    ReasonCode Code, bool Closes = false, TopicKind Kind = TopicKind.Ordinary)
{
    public static TopicVerdict Granted => default;
    public static TopicVerdict Control => new(ReasonCode.Success, Kind: TopicKind.Control);
    public static TopicVerdict PeerToPeer => new(ReasonCode.Success, Kind: TopicKind.PeerToPeer);
    public static TopicVerdict NotGranted => new(ReasonCode.NotAuthorized, Closes: true);
    public bool IsGranted => Code == ReasonCode.Success;
}

/// <summary>The rules of one listener (contract, "Two dialects").</summary>
internal interface IDialect
{
    /// <summary>Judges client id and login.</summary>
    LoginVerdict Admit(in ConnectPacket connect, Connection connection);

    /// <summary>Judges the topic of a publish or of a will, and the payload's size.</summary>
    TopicVerdict Publish(Login login, ReadOnlySpan<byte> topic, int payloadBytes);

    /// <summary>Judges a filter.</summary>
    TopicVerdict Subscribe(Login login, ReadOnlySpan<byte> filter);
}
