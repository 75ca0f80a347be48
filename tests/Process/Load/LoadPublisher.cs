using System.Diagnostics;
using System.Net.Sockets;
using LightMq.Mqtt;
using LightMq.Process.Clients;

namespace LightMq.Process.Load;

/// <summary>
/// Publishes numbered messages through one crash after another: after each it sends again, oldest first, what
/// was not acknowledged, before anything new.
/// </summary>
internal sealed class LoadPublisher(Ledger ledger, string name, int qos, string topic)
{
    private const int Window = 20;

    private readonly List<Pending> _pending = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private int _last;
    private ushort _lastId;

    /// <summary>Bytes of filler per message.</summary>
    public int Filler { get; init; } = 100;

    /// <summary>Messages in a second at most; 0: as fast as they are taken.</summary>
    public int PerSecond { get; init; }

    /// <summary>Its login; null: none.</summary>
    public (string User, string Password)? Login { get; init; }

    /// <summary>Nothing new after this many messages.</summary>
    public volatile int Limit = int.MaxValue;

    public bool IsDone => _last >= Limit && _pending.Count == 0;

    /// <summary>
    /// Publishes until the broker is gone, or the limit is reached and all is acknowledged.
    /// </summary>
    public void Run(int port)
    {
        try
        {
            using var client = TinyClient.Connect(
                port, name, clean: qos < 2, user: Login?.User, password: Login?.Password);
            foreach (var pending in _pending) Repeat(client, pending);
            while (!IsDone)
            {
                while (_pending.Count < Window && _last < Math.Min(Limit, Due)) SendNext(client);
                foreach (var packet in client.Arrived(PerSecond > 0 ? 10 : 100)) Take(client, packet);
            }
            client.Disconnect();
        }
        catch (SocketException)
        {
        }
    }

    private int Due =>
        PerSecond > 0 ? (int)(_clock.Elapsed.TotalSeconds * PerSecond) + 1 : int.MaxValue;

    private void SendNext(TinyClient client)
    {
        var pending = new Pending { Number = ++_last, Id = NextId() };
        _pending.Add(pending);
        ledger.Sent(name, pending.Number);
        client.Publish(topic, Ledger.Payload(name, pending.Number, Filler), qos, pending.Id);
    }

    private void Repeat(TinyClient client, Pending pending)
    {
        if (pending.IsReceived) client.Ack(PacketType.PubRel, pending.Id);
        else client.Publish(topic, Ledger.Payload(name, pending.Number, Filler), qos, pending.Id,
            dup: qos == 2);
    }

    private void Take(TinyClient client, Packet packet)
    {
        var pending = _pending.Find(one => one.Id == packet.Id);
        if (packet.Type == PacketType.PubRec)
        {
            if (pending is not null) pending.IsReceived = true;
            client.Ack(PacketType.PubRel, packet.Id);
        }
        if (pending is null || packet.Type is not (PacketType.PubAck or PacketType.PubComp)) return;
        _pending.Remove(pending);
        ledger.Acknowledged(name, pending.Number);
    }

    private ushort NextId()
    {
        do _lastId = (ushort)(_lastId % 60_000 + 1);
        while (_pending.Exists(one => one.Id == _lastId));
        return _lastId;
    }

    private sealed class Pending
    {
        public required int Number { get; init; }
        public required ushort Id { get; init; }
        /// <summary>PUBREC came: from now on only PUBREL is repeated.</summary>
        public bool IsReceived { get; set; }
    }
}
