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

/// <summary>What becomes of a publish or a filter (contract, table of refusals).</summary>
internal enum TopicVerdict : byte
{
    /// <summary>Goes its way.</summary>
    Granted,
    /// <summary>Publish: acknowledged and dropped. Filter: 0x80, the connection stays.</summary>
    Declined,
    /// <summary>Filter: 0x80, then the connection closes. Publish: the connection closes.</summary>
    Closing,
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
