using System.Text;
using LightMq.Broker;
using LightMq.Broker.Settings;
using LightMq.Mqtt;
using Xunit;

namespace LightMq.Unit.Broker;

/// <summary>A message as a bridge gets it.</summary>
internal sealed record UpMessage(
    ushort PacketId, string Topic, string Payload, int Qos, Dictionary<string, string> Told)
{
    /// <summary>"client seq", the place in the stream.</summary>
    public string Place => $"{Told["lmq-client"]} {Told.GetValueOrDefault("lmq-seq", "-")}";
}

/// <summary>A client of MQTT 5.0, as a bridge is one: it reads what it is told of each message.</summary>
internal sealed class UpLink
{
    private static readonly string[] s_names =
    [
        "lmq-gateway", "lmq-client", "lmq-channel", "lmq-epoch", "lmq-seq", "lmq-key", "lmq-order",
        "lmq-time", "lmq-clean", "lmq-gap", "LMQ-seq", "site", "unit",
    ];

    private readonly EngineHost _host;
    private readonly byte[] _buffer = new byte[4_096];

    public UpLink(EngineHost host, string clientId = "up", bool clean = false,
        ListenerOptions? listener = null, string? user = null, string? password = null,
        (string Topic, byte[] Properties)? will = null, string? installation = null, uint expiry = 0)
    {
        _host = host;
        Peer = host.Open(listener);
        var fields = new ConnectFields
        {
            Version = ProtocolVersion.V500, ClientId = Encoding.UTF8.GetBytes(clientId), CleanSession = clean,
            KeepAliveSeconds = 60, SessionExpirySeconds = expiry,
        };
        if (user is not null)
            fields = fields with
            {
                UserName = Encoding.UTF8.GetBytes(user),
                Password = Encoding.UTF8.GetBytes(password!),
            };
        if (installation is not null)
            fields = fields with { Properties = User(("lmq-install", installation)) };
        if (will is var (topic, properties))
            fields = fields with
            {
                WillTopic = Encoding.UTF8.GetBytes(topic),
                WillPayload = "gone"u8,
                WillQos = 1,
                WillProperties = properties,
            };
        Send(PacketWriter.Connect(_buffer, fields));
        host.Advance(host.Options.GroupMilliseconds);
    }

    public Peer Peer { get; }

    /// <summary>Every message that waits; acknowledged unless told otherwise.</summary>
    public List<UpMessage> Take(bool acknowledge = true)
    {
        var messages = new List<UpMessage>();
        var bytes = Peer.Connection.Outbox.Unsent.ToArray();
        Peer.Connection.Outbox.Sent(bytes.Length);
        for (var rest = bytes.AsSpan();
            FrameReader.TryRead(rest, int.MaxValue, ProtocolVersion.V500, out var frame);
            rest = rest[frame.Length..])
            if (frame.Type == PacketType.Publish) messages.Add(Read(PublishPacket.ReadFromServer5(frame)));
        if (Peer.Connection.WantsDrained) _host.Handle(Input.Drained(Peer.Connection));
        foreach (var message in messages)
            if (acknowledge && message.Qos == 1) Peer.Ack(PacketType.PubAck, message.PacketId);
        return messages;
    }

    /// <summary>CONNACK, which must wait: its code, reason in words and cluster id.</summary>
    public (ReasonCode Reason, string Words, string Cluster) TakeConnAck()
    {
        var bytes = Peer.Connection.Outbox.Unsent.ToArray();
        Assert.True(FrameReader.TryRead(bytes, int.MaxValue, ProtocolVersion.V500, out var frame));
        Peer.Connection.Outbox.Sent(frame.Length);
        var packet = ConnAckPacket.Read5(frame);
        var cluster = packet.TryFindUser("lmq-cluster"u8, out var id) ? Encoding.UTF8.GetString(id) : "";
        return (packet.Reason, Encoding.UTF8.GetString(packet.ReasonString), cluster);
    }

    /// <summary>Packet ids of the PUBACKs that wait.</summary>
    public List<ushort> TakeAcks()
    {
        var ids = new List<ushort>();
        var bytes = Peer.Connection.Outbox.Unsent.ToArray();
        Peer.Connection.Outbox.Sent(bytes.Length);
        for (var rest = bytes.AsSpan();
            FrameReader.TryRead(rest, int.MaxValue, ProtocolVersion.V500, out var frame);
            rest = rest[frame.Length..])
            if (frame.Type == PacketType.PubAck)
                ids.Add(AckPacket.Read(frame, ProtocolVersion.V500).PacketId);
        return ids;
    }

    /// <summary>Publishes with user properties.</summary>
    public void Publish(
        string topic, string payload, int qos, ushort id, params (string, string)[] user) =>
        Publish(topic, payload, qos, id, retain: false, user);

    /// <summary>The same, retained or not.</summary>
    public void Publish(string topic, string payload, int qos, ushort id, bool retain,
        params (string, string)[] user)
    {
        var properties = User(user);
        var to = new byte[topic.Length + payload.Length + properties.Length + 16];
        Send(to.AsSpan(0, PacketWriter.Publish5(to, Encoding.UTF8.GetBytes(topic),
            Encoding.UTF8.GetBytes(payload), qos, false, retain, id, properties)));
    }

    /// <summary>User properties as bytes.</summary>
    public static byte[] User(params (string Name, string Value)[] user)
    {
        var to = new byte[1_024];
        var at = 0;
        foreach (var (name, value) in user)
            at += PropertyWriter.UserProperty(
                to.AsSpan(at), Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value));
        return to[..at];
    }

    private static UpMessage Read(in PublishPacket packet)
    {
        var told = new Dictionary<string, string>();
        foreach (var name in s_names)
            if (packet.Properties.TryFindUser(Encoding.UTF8.GetBytes(name), out var value))
                told[name] = Encoding.UTF8.GetString(value);
        return new UpMessage(packet.PacketId, Encoding.UTF8.GetString(packet.Topic),
            Encoding.UTF8.GetString(packet.Payload), packet.Qos, told);
    }

    private void Send(int length) => Send(_buffer.AsSpan(0, length));
    private void Send(ReadOnlySpan<byte> bytes) =>
        _host.Handle(Input.Received(Peer.Connection, bytes));
}
