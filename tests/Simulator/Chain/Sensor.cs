using System.Text;
using LightMq.Mqtt;
using LightMq.Simulator.Oracle;
using LightMq.Simulator.World;

namespace LightMq.Simulator.Chain;

/// <summary>A strict MQTT 3.1.1 client that says readings, and keeps each until it is acknowledged.</summary>
public sealed class Sensor
{
    private sealed class Outgoing(ushort id, Reading reading)
    {
        public ushort Id { get; set; } = id;
        public Reading Reading { get; } = reading;
        public bool IsReleased { get; set; }
        public bool WasSent { get; set; }
    }

    private const string LongTopic =
        "t0/a-topic-that-is-longer-than-the-sixty-four-characters-of-the-contract";
    private readonly ChainWorld _world;
    private readonly Site _site;
    private readonly List<Outgoing> _outgoing = [];
    private readonly byte[] _packet = new byte[16_384];
    private Wire? _wire;
    private bool _isIn;
    private ushort _lastId;
    private int _said;
    private int _session;
    private int _connections;
    private long _cameAt;
    private long _backoff = 100 * Scheduler.Millisecond;

    public Sensor(ChainWorld world, Site site, SensorProfile profile) =>
        (_world, _site, Profile) = (world, site, profile);

    public SensorProfile Profile { get; }
    public bool IsQuiet => _isIn && _outgoing.Count == 0;
    private Scheduler Scheduler => _world.Scheduler;
    private Random Random => _world.Random;

    public override string ToString() => $"{Profile.ClientId} with {_outgoing.Count} outgoing, "
        + $"{(_isIn ? "connected" : "not connected")}";

    public void Start()
    {
        Scheduler.After(Random.Spread(1_000, 2 * Scheduler.Second), Connect);
        Scheduler.After(Random.Spread(1_000, Scheduler.Second), Speak);
    }

    /// <summary>The network drops its connection.</summary>
    public void Break()
    {
        if (_wire?.Link is not { } link) return;
        if (_world.Scenario.MayVanish && Random.Happens(0.5)) link.Vanish();
        else link.Cut();
    }

    private void Connect()
    {
        _isIn = false;
        _wire = new Wire(Scheduler, _world.Scenario.Near, ProtocolVersion.V311)
        {
            Heard = Hear, Opened = SayConnect, Lost = _ => Lost(),
        };
        _wire.Open(end => _site.Accept(end, Profile.IsLmq, Profile.ClientId));
    }

    private void SayConnect()
    {
        var fields = new ConnectFields
        {
            ClientId = Encoding.UTF8.GetBytes(Profile.ClientId),
            CleanSession = Profile.IsClean,
            KeepAliveSeconds = 30,
        };
        if (Profile.IsLmq)
            fields = fields with
            {
                UserName = "key"u8, Password = Encoding.UTF8.GetBytes(ChainMaker.SensorPassword),
            };
        _wire!.Send(_packet.AsSpan(0, PacketWriter.Connect(_packet, fields)));
        _wire.Later(30 * Scheduler.Second, () =>
        {
            if (_isIn) return;
            _wire.Close();
            Lost();
        });
    }

    private void Lost()
    {
        _isIn = false;
        Scheduler.After(Random.Spread(_backoff / 4, _backoff), Connect);
        _backoff = Math.Min(_backoff * 2, 5 * Scheduler.Second);
    }

    private void Hear(in Frame frame)
    {
        switch (frame.Type)
        {
            case PacketType.ConnAck: Come(ConnAckPacket.Read(frame)); break;
            case PacketType.PubAck: Acknowledged(AckPacket.Read(frame), 1); break;
            case PacketType.PubRec:
                var id = AckPacket.Read(frame);
                Acknowledged(id, 2);
                Release(id);
                break;
            case PacketType.PubComp:
                var done = AckPacket.Read(frame);
                _outgoing.RemoveAll(one => one.Id == done && one.Reading.Qos == 2);
                break;
        }
    }

    private void Come(in ConnAckPacket packet)
    {
        if (packet.Code != ConnectCode.Accepted)
            throw new Violation("WellBehaved", $"{Profile.ClientId} refused: {packet.Code}");
        _isIn = true;
        _cameAt = Scheduler.Now;
        _backoff = 100 * Scheduler.Millisecond;
        if (!packet.SessionPresent)
        {
            // A new session there: what is not acknowledged is said anew.
            _session++;
            _outgoing.RemoveAll(static one => one.IsReleased);
            foreach (var one in _outgoing) (one.Id, one.WasSent) = (0, false);
        }
        foreach (var one in _outgoing.ToArray()) Send(one);
    }

    private void Acknowledged(ushort id, int qos)
    {
        var at = _outgoing.FindIndex(one => one.Id == id && one.Reading.Qos == qos);
        if (at < 0) return;
        var reading = _outgoing[at].Reading;
        if (!reading.IsAcknowledged) Scheduler.Trace.Say($"{reading} acknowledged");
        reading.IsAcknowledged = true;
        // Its PUBACK was on its way as the disk was lost.
        if (reading.LostAt > _cameAt) reading.IsExcused = true;
        if (qos == 1) _outgoing.RemoveAt(at);
    }

    private void Release(ushort id)
    {
        if (_outgoing.Find(one => one.Id == id && one.Reading.Qos == 2) is { } found) found.IsReleased = true;
        var length = PacketWriter.Ack(_packet, PacketType.PubRel, id);
        _wire!.Send(_packet.AsSpan(0, length));
    }

    private void Speak()
    {
        if (!_world.IsFaulty) return;
        Scheduler.After(Random.Spread(Profile.PublishEvery / 4 + 1, Profile.PublishEvery * 2), Speak);
        if (!_isIn || !_site.MaySpeak || _said >= Profile.ReadingsMax) return;
        if (_outgoing.Count >= Profile.InflightMax || _wire!.Unsent > 4_096) return;
        Say(Make());
    }

    private Reading Make()
    {
        var number = ++_said;
        var poison = Random.Happens(Profile.PoisonChance) ? (Poison)Random.Next(1, 5) : Poison.None;
        // What is longer than the contract allows, the Lmq listener of the edge refuses.
        if (Profile.IsLmq || (_world.Scenario.IsForeign && poison != Poison.None))
            poison = poison == Poison.None ? poison : Poison.Content;
        var most = poison == Poison.LongPayload ? 0 : Profile.PayloadBytesMax;
        var bytes = poison == Poison.LongPayload ? ChainMaker.CentralPayloadMax + 1 : Random.Next(10, most);
        return new Reading(Profile.Index, number)
        {
            Qos = Random.Pick(Profile.QosChoices),
            Topic = poison switch
            {
                Poison.Topic => "bad/x", Poison.LongTopic => LongTopic, _ => Random.Pick(Profile.Topics),
            },
            Payload = Reading.MakePayload(Profile.Index, number, poison, bytes),
            Poison = poison,
        };
    }

    private void Say(Reading reading)
    {
        _world.Judge.Said(reading, Profile.ClientId);
        var one = new Outgoing(0, reading);
        if (reading.Qos > 0) _outgoing.Add(one);
        Send(one);
    }

    private void Send(Outgoing one)
    {
        var reading = one.Reading;
        if (one.IsReleased)
        {
            Release(one.Id);
            return;
        }
        if (one.Id == 0 && reading.Qos > 0) one.Id = ++_lastId;
        // A PUBACK that is lost on its way makes another message of what is said again (LMQ-ORD-1).
        reading.Sendings.Add((_site.Life, reading.Qos == 2 ? _session : ++_connections));
        Scheduler.Trace.Say($"{Profile.ClientId} says {reading} as {one.Id}{(one.WasSent ? " again" : "")}");
        _wire!.Send(_packet.AsSpan(0, PacketWriter.Publish(_packet, Encoding.UTF8.GetBytes(reading.Topic),
            reading.Payload, reading.Qos, one.WasSent && reading.Qos > 0, false, one.Id)));
        one.WasSent = true;
    }
}
