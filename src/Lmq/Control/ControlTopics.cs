namespace LightMq.Lmq;

/// <summary>Names of the topics over which clients and broker speak about the connection itself.</summary>
public static class ControlTopics
{
    /// <summary>Client to broker: a token (LMQ-TOK-6).</summary>
    public static ReadOnlySpan<byte> UploadToken => "$SYS/uploadToken"u8;

    /// <summary>Client to broker: from now on in order (LMQ-ORD-2).</summary>
    public static ReadOnlySpan<byte> EnableOrder => "$SYS/enableOrderMsg"u8;

    /// <summary>Client to broker: messages that came while it was away (LMQ-OFF-2).</summary>
    public static ReadOnlySpan<byte> GetOffline => "$SYS/getOfflineMsg"u8;

    /// <summary>Broker to client: a token is about to expire (LMQ-TOK-7).</summary>
    public static ReadOnlySpan<byte> TokenExpireNotice => "$SYS/tokenExpireNotice"u8;

    /// <summary>Broker to client: a token does not serve (LMQ-TOK-8).</summary>
    public static ReadOnlySpan<byte> TokenInvalidNotice => "$SYS/tokenInvalidNotice"u8;

    /// <summary>Edge to central: numbers that will never come (LMQ-CORE-4).</summary>
    public static ReadOnlySpan<byte> BridgeGap => "$SYS/bridge/gap"u8;

    /// <summary>Edge broker to its bridges: what waits in their queue (<see cref="BacklogBody"/>).</summary>
    public static ReadOnlySpan<byte> BridgeBacklog => "$SYS/bridge/backlog"u8;

    /// <summary>What all of them begin with.</summary>
    public static ReadOnlySpan<byte> Prefix => "$SYS/"u8;
}
