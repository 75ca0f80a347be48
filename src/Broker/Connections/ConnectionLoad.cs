namespace LightMq.Broker.Connections;

/// <summary>What one connection makes the engine hold, for checks of the bounds.</summary>
/// <param name="ParkedPackets">Publishes that wait for room.</param>
/// <param name="ParkedBytes">Their bytes.</param>
/// <param name="Inflight">Messages sent to it and not acknowledged.</param>
/// <param name="QueueMessages">Unfinished messages in its queue.</param>
/// <param name="QueueBytes">Their bytes.</param>
public readonly record struct ConnectionLoad(
    int ParkedPackets, int ParkedBytes, int Inflight, long QueueMessages, long QueueBytes);
