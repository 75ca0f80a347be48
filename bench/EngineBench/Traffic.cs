namespace LightMq.EngineBench;

/// <summary>Who publishes to whom.</summary>
internal sealed record Traffic(string Name, int Publishers, int Subscribers, int Qos, bool CleanSession)
{
    /// <summary>Messages that a publisher sends in one write.</summary>
    public const int Window = 20;
    public const int PayloadBytes = 64;
}
