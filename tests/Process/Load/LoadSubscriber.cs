using System.Net.Sockets;
using LightMq.Mqtt;
using LightMq.Process.Clients;
using Xunit;

namespace LightMq.Process.Load;

/// <summary>
/// A persistent subscriber that keeps its QoS 2 state across connections, as MQTT-4.3.3 asks.
/// </summary>
internal sealed class LoadSubscriber(Ledger ledger, string name, string filter, int qos)
{
    private readonly HashSet<ushort> _unreleased = [];
    private bool _hasSession;

    /// <summary>Makes the session, and leaves.</summary>
    public void Register(int port)
    {
        using var client = TinyClient.Connect(port, name, clean: false);
        Assert.Equal([(byte)qos], client.Subscribe(filter, qos));
        _hasSession = true;
        client.Disconnect();
    }

    /// <summary>Takes messages until the broker is gone or <paramref name="isEnough"/>.</summary>
    public void Run(int port, Func<bool> isEnough)
    {
        try
        {
            using var client = TinyClient.Connect(port, name, clean: false);
            Assert.Equal(_hasSession, client.SessionPresent);
            while (!isEnough())
                foreach (var packet in client.Arrived(100)) Take(client, packet);
            client.Disconnect();
        }
        catch (SocketException)
        {
        }
    }

    private void Take(TinyClient client, Packet packet)
    {
        if (packet.Type == PacketType.PubRel)
        {
            _unreleased.Remove(packet.Id);
            client.Ack(PacketType.PubComp, packet.Id);
        }
        if (packet.Type != PacketType.Publish) return;
        if (packet.Qos < 2 || _unreleased.Add(packet.Id)) ledger.Received(packet.Payload);
        if (packet.Qos == 1) client.Ack(PacketType.PubAck, packet.Id);
        if (packet.Qos == 2) client.Ack(PacketType.PubRec, packet.Id);
    }
}
