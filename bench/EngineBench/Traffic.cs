namespace LightMq.EngineBench;

/// <summary>How the clients log in.</summary>
internal enum Login
{
    /// <summary>Not at all, at a Plain listener.</summary>
    Plain,
    /// <summary>With signatures, under the LMQ contract.</summary>
    Signature,
    /// <summary>With tokens, under the LMQ contract.</summary>
    Tokens,
}

/// <summary>Who publishes to whom.</summary>
internal sealed record Traffic(string Name, int Publishers, int Subscribers, int Qos, bool CleanSession)
{
    public Login Login { get; init; }

    /// <summary>Messages that a publisher sends in one write.</summary>
    public const int Window = 20;
    public const int PayloadBytes = 64;
}
