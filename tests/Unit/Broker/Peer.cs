using System.Text;
using LightMq.Broker;
using LightMq.Broker.Connections;
using LightMq.Mqtt;
using Xunit;

namespace LightMq.Unit.Broker;

/// <summary>A client at the other end, speaking in packets.</summary>
internal sealed class Peer(EngineHost host, Connection connection)
{
    private readonly byte[] _buffer = new byte[300_000];

    public Connection Connection { get; } = connection;
    /// <summary>When set, nothing is taken from the outbox.</summary>
    public bool Stuck { get; set; }
    public bool IsClosed => host.Closes.Any(c => c.Connection == Connection);

    public void Send(int length) => host.Handle(Input.Received(Connection, _buffer.AsSpan(0, length)));
    public void Send(params byte[] bytes) => host.Handle(Input.Received(Connection, bytes));
    public void Gone() => host.Handle(Input.Closed(Connection));
    public void Disconnect() => Send(PacketWriter.Disconnect(_buffer));

    public void SendConnect(
        string clientId, bool clean, string? will = null, int keepAlive = 60, string? user = null,
        string? password = null)
    {
        var fields = new ConnectFields
        {
            ClientId = Encoding.UTF8.GetBytes(clientId),
            CleanSession = clean,
            KeepAliveSeconds = (ushort)keepAlive,
        };
        if (will is not null)
            fields = fields with
            {
                WillTopic = Encoding.UTF8.GetBytes(will),
                WillPayload = "gone"u8,
                WillQos = 1,
            };
        if (user is not null) fields = fields with { UserName = Encoding.UTF8.GetBytes(user) };
        if (password is not null) fields = fields with { Password = Encoding.UTF8.GetBytes(password) };
        Send(PacketWriter.Connect(_buffer, fields));
    }

    public void Subscribe(string filter, int qos = 1, ushort id = 1)
    {
        Send(PacketWriter.Subscribe(_buffer, id, Encoding.UTF8.GetBytes(filter), qos));
        host.Advance(host.Options.GroupMilliseconds);
    }

    public void Subscribe5(string filter)
    {
        Send(PacketWriter.Subscribe(_buffer, 1, Encoding.UTF8.GetBytes(filter), new SubscriptionOptions(1),
            subscriptionIdentifier: 0, ProtocolVersion.V500));
        host.Advance(host.Options.GroupMilliseconds);
    }

    public void Publish(
        string topic, string payload, int qos = 1, ushort id = 1, bool dup = false, bool retain = false)
    {
        var bytes = Encoding.UTF8.GetBytes(payload);
        Send(PacketWriter.Publish(_buffer, Encoding.UTF8.GetBytes(topic), bytes, qos, dup, retain, id));
    }

    public void Ack(PacketType type, int id) => Send(PacketWriter.Ack(_buffer, type, (ushort)id));

    /// <summary>
    /// Takes everything that waits and names it: "CONNACK 0", "PUBLISH 1 t/a hello dup retain", "PUBACK 7".
    /// </summary>
    public List<string> Read()
    {
        var texts = new List<string>();
        while (!Connection.Outbox.IsEmpty)
        {
            var bytes = Connection.Outbox.Unsent.ToArray();
            Connection.Outbox.Sent(bytes.Length);
            var rest = bytes.AsSpan();
            while (FrameReader.TryRead(rest, int.MaxValue, out var frame))
            {
                texts.Add(Name(frame));
                rest = rest[frame.Length..];
            }
            Assert.True(rest.IsEmpty);
            if (Connection.WantsDrained) host.Handle(Input.Drained(Connection));
        }
        return texts;
    }

    private static string Name(in Frame frame)
    {
        switch (frame.Type)
        {
            case PacketType.ConnAck:
                var ack = ConnAckPacket.Read(frame);
                return $"CONNACK {(int)ack.Code}{(ack.SessionPresent ? " present" : "")}";
            case PacketType.Publish:
                var publish = PublishPacket.Read(frame);
                return $"PUBLISH {publish.PacketId} {Encoding.UTF8.GetString(publish.Topic)} "
                    + $"{Encoding.UTF8.GetString(publish.Payload)} q{publish.Qos}"
                    + (publish.Dup ? " dup" : "") + (publish.Retain ? " retain" : "");
            case PacketType.SubAck: return $"SUBACK {SubAckPacket.Read(frame).Codes[0]}";
            case PacketType.PingResp: return "PINGRESP";
            default: return $"{frame.Type.ToString().ToUpperInvariant()} {AckPacket.Read(frame)}";
        }
    }
}
