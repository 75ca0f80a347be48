using System.Runtime.CompilerServices;
using LightMq.Broker.Connections;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>One message on its way out, in whatever way it is held.</summary>
internal readonly ref struct Outgoing(
    ReadOnlySpan<byte> topic, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> payload)
{
    public ReadOnlySpan<byte> Topic { get; } = topic;
    public ReadOnlySpan<byte> Properties { get; } = properties;
    public ReadOnlySpan<byte> Payload { get; } = payload;
    public byte Qos { get; init; }
    public bool Dup { get; init; }
    public bool Retain { get; init; }
    public ushort PacketId { get; init; }
    /// <summary>In <see cref="Turn.Age"/>; 0: never.</summary>
    public long ExpiresAt { get; init; }
    public uint[]? Identifiers { get; init; }
}

/// <summary>Writes packets to a client in the version that it speaks.</summary>
internal sealed class Sending(Turn turn)
{
    private byte[] _properties = new byte[256];

    /// <summary>Writes a PUBLISH of 3.1.1 or 3.1, the hot path.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Publish(Connection connection, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, byte qos,
        bool dup, bool retain, ushort packetId)
    {
        var to = connection.Reserve(
            PacketWriter.PublishSize(topic.Length, payload.Length, qos), turn.Effects);
        connection.Outbox.Append(PacketWriter.Publish(to, topic, payload, qos, dup, retain, packetId));
        turn.Counters.Sent[qos]++;
        if (turn.IsMetered) turn.Meter(connection, qos);
    }

    /// <summary>Writes a PUBLISH of 5.0; false: it is larger than the client takes
    /// (MQTT5-3.1.2-24).</summary>
    public bool Publish(Connection connection, Terms terms, scoped in Outgoing message)
    {
        var alias = terms.AliasFor(message.Topic, out var isNewAlias);
        var length = WriteProperties(message, alias);
        var topic = alias != 0 && !isNewAlias ? default : message.Topic;
        var size = PacketWriter.Publish5Size(topic.Length, length, message.Payload.Length, message.Qos);
        if ((uint)size > terms.PacketBytesMax)
        {
            turn.Counters.Drop(DropReason.PacketTooLarge);
            return false;
        }
        if (isNewAlias) terms.Announce(topic);
        var to = connection.Reserve(size, turn.Effects);
        connection.Outbox.Append(PacketWriter.Publish5(to, topic, message.Payload, message.Qos, message.Dup,
            message.Retain, message.PacketId, _properties.AsSpan(0, length)));
        turn.Counters.Sent[message.Qos]++;
        if (turn.IsMetered) turn.Meter(connection, message.Qos);
        return true;
    }

    /// <summary>Writes PUBACK, PUBREC, PUBREL or PUBCOMP.</summary>
    public void Acknowledge(
        Connection connection, PacketType type, ushort packetId, ReasonCode reason = ReasonCode.Success)
    {
        var to = connection.Reserve(PacketWriter.Ack5SizeMax, turn.Effects);
        connection.Outbox.Append(connection.Terms is null || reason == ReasonCode.Success
            ? PacketWriter.Ack(to, type, packetId)
            : PacketWriter.Ack5(to, type, packetId, reason));
    }

    private int WriteProperties(in Outgoing message, ushort alias)
    {
        var identifiers = message.Identifiers ?? [];
        var room = PropertyWriter.MessageExpirySize + PropertyWriter.TopicAliasSize + identifiers.Length * 5
            + message.Properties.Length;
        if (_properties.Length < room) _properties = new byte[room * 2];
        var to = _properties.AsSpan();
        var at = 0;
        if (message.ExpiresAt > 0) at += PropertyWriter.MessageExpiry(to, SecondsLeft(message.ExpiresAt));
        if (alias > 0) at += PropertyWriter.TopicAlias(to[at..], alias);
        foreach (var identifier in identifiers)
            at += PropertyWriter.SubscriptionIdentifier(to[at..], identifier);
        message.Properties.CopyTo(to[at..]);
        return at + message.Properties.Length;
    }

    /// <summary>What came less what it waited (MQTT5-3.3.2-6).</summary>
    private uint SecondsLeft(long expiresAt) => WholeSeconds(Math.Max(0, expiresAt - turn.Age));

    private static uint WholeSeconds(long milliseconds) =>
        (uint)Math.Min(uint.MaxValue, (milliseconds + 999) / 1000);
}
