using System.Text;
using LightMq.Lmq;
using LightMq.Mqtt;
using LightMq.Uplink.Bridging;

namespace LightMq.Simulator.Chain;

/// <summary>Packets of an uplink's connection as the bridge says and hears them.</summary>
public static class UplinkSide
{
    private static readonly string[] s_names =
    [
        "lmq-client", "lmq-channel", "lmq-epoch", "lmq-seq", "lmq-key", "lmq-order", "lmq-time", "lmq-clean",
    ];

    /// <summary>A PUBLISH of a broker.</summary>
    public static BridgeMessage Read(in PublishPacket packet)
    {
        var user = new List<UserProperty>();
        foreach (var name in s_names)
            if (packet.Properties.TryFindUser(Encoding.ASCII.GetBytes(name), out var value))
                user.Add(new UserProperty(name, Encoding.UTF8.GetString(value)));
        return new BridgeMessage
        {
            Topic = Encoding.UTF8.GetString(packet.Topic),
            Qos = (byte)packet.Qos,
            Retain = packet.Retain,
            Payload = packet.Payload.ToArray(),
            UserProperties = [.. user],
        };
    }

    /// <summary>A PUBLISH to a broker.</summary>
    public static byte[] Write(
        string topic, BridgeMessage message, ushort id, bool isDuplicate, bool isFive)
    {
        var name = Encoding.UTF8.GetBytes(topic);
        var payload = message.Payload.Span;
        var qos = id == 0 ? 0 : 1;
        var to = new byte[name.Length + payload.Length + 2_048];
        if (!isFive)
            return to[..PacketWriter.Publish(to, name, payload, qos, isDuplicate, message.Retain, id)];
        var properties = User(message.UserProperties);
        return to[..PacketWriter.Publish5(
            to, name, payload, qos, isDuplicate, message.Retain, id, properties)];
    }

    public static byte[] User(params UserProperty[] user)
    {
        var to = new byte[1_024];
        var at = 0;
        foreach (var (name, value) in user)
            at += PropertyWriter.UserProperty(
                to.AsSpan(at), Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value));
        return to[..at];
    }

    /// <summary>What a broker agreed to.</summary>
    public static LinkTerms Terms(in ConnAckPacket packet, bool isFive) => !isFive
        ? new LinkTerms { IsFive = false, HasSession = packet.SessionPresent }
        : new LinkTerms
        {
            ReceiveMax = packet.ReceiveMaximum,
            PacketBytesMax = packet.MaximumPacketSize,
            HasSession = packet.SessionPresent,
            ClusterId = packet.TryFindUser(BridgeProperties.Cluster, out var id)
                ? Encoding.UTF8.GetString(id) : null,
        };

    /// <summary>What a central's DISCONNECT says.</summary>
    /// <param name="body">Behind the fixed header.</param>
    /// <param name="isOfToken">A notice has said that it is for a token.</param>
    public static CloseCause CauseOf(ReadOnlySpan<byte> body, bool isOfToken)
    {
        if (body.IsEmpty) return CloseCause.Lost;
        // Reason, length of the properties, reason string: nothing else is said here.
        if (body.Length > 5 && body[2] == 0x1F
            && StreamHole.TryParse(Encoding.UTF8.GetString(body[5..]), out var hole))
            return new CloseCause(CloseKind.Hole, body[0], hole.Client, $"{hole.Epoch}", hole.Wanted);
        return CloseCause.IsOfMessage(body[0]) && !isOfToken
            ? new CloseCause(CloseKind.Refused, body[0]) : CloseCause.Lost;
    }
}
