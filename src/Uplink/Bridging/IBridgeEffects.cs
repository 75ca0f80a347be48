namespace LightMq.Uplink.Bridging;

/// <summary>
/// What a <see cref="Bridge"/> wants done. Calls come in the order in which they are to be done.
/// </summary>
public interface IBridgeEffects
{
    /// <summary>Publish to the central.</summary>
    /// <param name="generation">Connection.</param>
    /// <param name="packetId">Packet id, QoS 1; 0: QoS 0.</param>
    /// <param name="topic">Topic there.</param>
    /// <param name="message">All the rest.</param>
    /// <param name="isDuplicate">Whether it is marked as sent before.</param>
    void PublishUp(int generation, ushort packetId, string topic, BridgeMessage message, bool isDuplicate);

    /// <summary>Acknowledge to the local broker.</summary>
    /// <param name="generation">Connection.</param>
    /// <param name="packetId">Packet id.</param>
    /// <param name="qos">QoS with which it came, 1 or 2.</param>
    void AckLocal(int generation, ushort packetId, byte qos);

    /// <summary>Publish to the local broker; as <see cref="PublishUp"/>.</summary>
    void PublishLocal(int generation, ushort packetId, string topic, BridgeMessage message, bool isDuplicate);

    /// <summary>Acknowledge to the central; as <see cref="AckLocal"/>.</summary>
    void AckCentral(int generation, ushort packetId, byte qos);

    /// <summary>Close a connection to the central; for the bridge it is closed already.</summary>
    void CloseCentral(int generation);

    /// <summary>Close a connection to the local broker; for the bridge it is closed already.</summary>
    void CloseLocal(int generation);

    /// <summary>Make the next connection to the central: follows each end of one.</summary>
    void ConnectCentral(Pace pace);

    /// <summary>
    /// Keep a message that the central will never take; answered by <see cref="BridgeInput.Stored"/> once it
    /// is durable, and not before.
    /// </summary>
    /// <param name="ticket">Comes back with the answer.</param>
    /// <param name="message">The message.</param>
    /// <param name="code">The reason code with which it was refused; 0: the peer said none.</param>
    void StoreRefused(long ticket, BridgeMessage message, byte code);

    /// <summary>Tell of an event.</summary>
    void Report(in BridgeEvent happened);
}
