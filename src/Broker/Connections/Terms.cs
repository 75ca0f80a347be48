using LightMq.Mqtt;

namespace LightMq.Broker.Connections;

/// <summary>What a client of MQTT 5.0 and the broker agreed on for one connection.</summary>
internal sealed class Terms
{
    /// <summary>Topic aliases taken and given on a connection, at most.</summary>
    public const int AliasesMax = 16;
    private const int AliasedTopicBytesMax = 256;

    private byte[]?[] _incoming = [];
    private List<byte[]>? _outgoing;

    public Terms(in ConnectPacket packet)
    {
        PacketBytesMax = packet.MaximumPacketSize;
        ReceiveMaximum = packet.ReceiveMaximum;
        OutgoingAliasesMax = Math.Min((int)packet.TopicAliasMaximum, AliasesMax);
        ExpiryAsked = packet.SessionExpirySeconds;
        KeepAliveAsked = packet.KeepAliveSeconds;
        IsIdAssigned = packet.ClientId.IsEmpty;
    }

    /// <summary>Largest packet that the client takes (MQTT5-3.1.2-24).</summary>
    public uint PacketBytesMax { get; }
    /// <summary>Unacknowledged messages that the client takes (MQTT5-3.3.4-7).</summary>
    public int ReceiveMaximum { get; }
    public int OutgoingAliasesMax { get; }
    public uint ExpiryAsked { get; }
    public int KeepAliveAsked { get; }
    public bool IsIdAssigned { get; }
    /// <summary>Keep-alive that it is held to.</summary>
    public int KeepAliveSeconds { get; set; }
    /// <summary>Its unacknowledged messages that the broker takes.</summary>
    public int ReceiveMaximumHere { get; set; }
    /// <summary>QoS 2 packet ids that were open before: they do not count against the maximum.</summary>
    public int ExactIdsBefore { get; set; }
    /// <summary>Bytes of the topics behind the client's aliases.</summary>
    public int AliasBytes { get; private set; }

    /// <summary>The topic of an alias; null: it was not given yet.</summary>
    public byte[]? TopicOf(ushort alias) => alias < _incoming.Length ? _incoming[alias] : null;

    /// <summary>The client gives an alias, or gives it anew (MQTT5-3.3.2-12).</summary>
    public void SetAlias(ushort alias, ReadOnlySpan<byte> topic)
    {
        if (_incoming.Length == 0) _incoming = new byte[]?[AliasesMax + 1];
        if (_incoming[alias] is { } old)
        {
            if (topic.SequenceEqual(old)) return;
            AliasBytes -= old.Length;
        }
        _incoming[alias] = topic.ToArray();
        AliasBytes += topic.Length;
    }

    /// <summary>
    /// The alias to send a topic with; 0: none. The first topics get one each, and keep it.
    /// </summary>
    /// <param name="topic">Topic of the message.</param>
    /// <param name="isNew">Whether the topic must go with it; tell <see cref="Announce"/> then.</param>
    public ushort AliasFor(ReadOnlySpan<byte> topic, out bool isNew)
    {
        isNew = false;
        if (OutgoingAliasesMax == 0 || topic.Length > AliasedTopicBytesMax) return 0;
        for (var i = 0; i < (_outgoing?.Count ?? 0); i++)
            if (topic.SequenceEqual(_outgoing![i])) return (ushort)(i + 1);
        isNew = (_outgoing?.Count ?? 0) < OutgoingAliasesMax;
        return isNew ? (ushort)((_outgoing?.Count ?? 0) + 1) : (ushort)0;
    }

    /// <summary>The next alias is on its way with this topic.</summary>
    public void Announce(ReadOnlySpan<byte> topic) => (_outgoing ??= []).Add(topic.ToArray());
}
