namespace LightMq.Broker.Flows;

/// <summary>What became of a publish.</summary>
internal enum PublishOutcome : byte
{
    /// <summary>Accepted, or answered otherwise.</summary>
    Taken,
    /// <summary>No room: to be tried again later.</summary>
    NoRoom,
    /// <summary>Not granted: the connection closes.</summary>
    NotAuthorized,
    /// <summary>A topic that is not taken here: the connection closes.</summary>
    TopicInvalid,
    /// <summary>A request that is not understood and was told of: the connection closes.</summary>
    Malformed,
    /// <summary>A gateway's message with more content than is taken: the connection closes.</summary>
    TooLarge,
    /// <summary>A gateway's stream cannot go on like this (<see cref="Streaming.Break"/>): it closes.
    /// </summary>
    StreamBroken,
}
