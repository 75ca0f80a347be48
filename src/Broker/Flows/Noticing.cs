using LightMq.Broker.Connections;
using LightMq.Lmq;

namespace LightMq.Broker.Flows;

/// <summary>
/// Tells a client about its tokens (LMQ-TOK-7, LMQ-TOK-8): QoS 0 on its own connection, subscribed or not.
/// </summary>
internal sealed class Noticing(Sending sending)
{
    /// <summary>A token is about to expire.</summary>
    public void Expires(Connection connection, in TokenExpireNotice notice)
    {
        Span<byte> body = stackalloc byte[TokenExpireNotice.BytesMax];
        Send(connection, ControlTopics.TokenExpireNotice, body[..notice.Write(body)]);
    }

    /// <summary>A token does not serve; the connection closes then.</summary>
    public void Invalid(Connection connection, TokenFault fault, TokenActions type)
    {
        if (fault == TokenFault.None) return;
        Span<byte> body = stackalloc byte[TokenInvalidNotice.BytesMax];
        var length = new TokenInvalidNotice(fault, type).Write(body);
        Send(connection, ControlTopics.TokenInvalidNotice, body[..length]);
    }

    private void Send(Connection connection, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> body)
    {
        if (connection.Terms is { } terms) sending.Publish(connection, terms, new(topic, [], body));
        else sending.Publish(connection, topic, body, qos: 0, dup: false, retain: false, packetId: 0);
    }
}
