using LightMq.Mqtt;

namespace LightMq.Fuzz.Mutation;

/// <summary>Which listener, and which login, a conversation was written for.</summary>
internal enum Access
{
    Anonymous,
    Users,
    Lmq,
}

/// <summary>What one client sends on one connection, packet by packet.</summary>
/// <param name="Name">The transcript, or the sample.</param>
/// <param name="Access">Where it is let in.</param>
/// <param name="Packets">Its packets; where the bytes are no packets, what is left as one piece.</param>
internal sealed record Conversation(string Name, Access Access, byte[][] Packets)
{
    /// <summary>As its first packet says; 3.1.1 where it says nothing.</summary>
    public ProtocolVersion Version { get; } = VersionOf(Packets);

    private static ProtocolVersion VersionOf(byte[][] packets)
    {
        if (packets.Length == 0) return ProtocolVersion.V311;
        var packet = packets[0];
        var level = PacketBytes.BodyAt(packet) + 2 + 4;
        if (packet.Length > level && packet[0] == 0x10 && packet[level - 4] == 'M')
            return packet[level - 2] == 'T' && packet[level] == 5 ? ProtocolVersion.V500
                : packet[level - 2] == 's' ? ProtocolVersion.V310 : ProtocolVersion.V311;
        return ProtocolVersion.V311;
    }
}
