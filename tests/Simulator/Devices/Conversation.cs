// Long because it is one protocol, both ways: each packet that a client says or hears, in one place.
using System.Text;
using LightMq.Lmq;
using LightMq.Mqtt;
using LightMq.Simulator.Machine;
using LightMq.Simulator.Oracle;
using LightMq.Simulator.World;

namespace LightMq.Simulator.Devices;

/// <summary>What a strict MQTT 3.1.1 client says and hears, and what it tells the judge of it.</summary>
public sealed class Conversation
{
    private const int UnsentBytesMax = 8_192;
    private const int RequestsMax = 200;
    private const byte SubAckRefusal = 0x80;
    private static readonly byte[] s_presence = Encoding.UTF8.GetBytes(PresenceEvents.Topic);
    private static readonly string[] s_peerParents = ["t0", "t1"];
    private readonly Device _device;
    private readonly DeviceProfile _profile;
    private readonly Surroundings _world;
    private readonly SubscriberFacts _facts;
    private readonly ClientSession _session = new();
    private readonly SortedDictionary<string, int> _wanted = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _unsettled = new(StringComparer.Ordinal);
    private readonly SortedDictionary<ushort, MessageFacts> _unanswered = [];
    private readonly SortedSet<string> _overQuota = new(StringComparer.Ordinal);
    private readonly Answers _answers;
    private readonly Puller _puller;
    private readonly TokenHolder _holder;
    private readonly byte[] _packet = new byte[140_000];
    private bool _spoke;
    private bool? _storedBefore;
    private bool _wasPresent;
    private int _sequence;

    public Conversation(Device device, Surroundings world, TokenOffice office)
    {
        _device = device;
        _profile = device.Profile;
        _world = world;
        _answers = new Answers(world.Scheduler, _profile.AckDelay, SendAck);
        _puller = new Puller(device, world, this);
        _facts = world.Judge.Subscriber(_profile.ClientId, _profile.IsBridge, _profile.IsPaced,
            _profile.IsClean);
        _facts.NeedsToken = _profile.HasTokens;
        _holder = new TokenHolder(device, world, office, this, _facts);
        foreach (var (filter, qos) in _profile.Filters) _wanted[filter] = qos;
        if (!_profile.IsBridge) return;
        world.Judge.Sessions.Exists(_profile.ClientId);
        foreach (var (filter, qos) in _profile.Filters) world.Judge.Settled(_facts, filter, qos, -1);
        _wanted.Clear();
    }

    public bool IsQuiet => _holder.MayWrite && _session.Outgoing.Count == 0 && _session.Requests.Count == 0
        && _unsettled.Count == 0 && _overQuota.Count == 0 && _answers.Count == 0;
    public int Published { get; private set; }
    private Judge Judge => _world.Judge;
    private long Now => _world.Scheduler.Now;
    private Random Random => _world.Scheduler.Random;

    public override string ToString() =>
        $"{_session.Outgoing.Count} outgoing, {_session.Requests.Count} requests, "
        + $"{_unsettled.Count} unsettled, {_answers.Count} answers";

    public void ConnectSent(bool clean)
    {
        _facts.ConnectSent = Now;
        _facts.ConnectedSince = _facts.OnlineSince = long.MaxValue;
        _holder.Begin();
        Judge.Offline.Began(_facts, _device.Link, _profile.KeepAliveSeconds, Now);
        if (!_profile.HasTokens) SessionAsked(clean);
    }

    // From now on the broker may take, make or discard the session.
    private void SessionAsked(bool clean)
    {
        _storedBefore = Judge.Sessions.Stored(_profile.ClientId);
        Judge.Sessions.ConnectSent(_profile.ClientId, clean);
        if (!clean) return;
        Judge.SessionDoubtful(_facts, Now);
        _facts.SessionSince = long.MaxValue;
    }

    /// <summary>Before CONNACK (MQTT 3.1.1, 3.1.4): allowed, if nothing older must be sent first.</summary>
    public void SpeakEarly()
    {
        if (_session.Outgoing.Count > 0) return;
        _spoke = true;
        _unsettled.Clear();
        foreach (var filter in _wanted.Keys) Request(filter);
        if (_world.IsFaulty) PublishOne();
    }

    /// <summary>CONNACK came: a token first, where one is needed.</summary>
    public void Begin(bool clean, bool present)
    {
        _wasPresent = present;
        if (!_profile.HasTokens)
        {
            Admitted();
            return;
        }
        Judge.Sessions.Promised(_profile.ClientId, clean, present);
        _holder.UploadFirst();
    }

    /// <summary>The client is let in: the rest of the old session first, in its order
    /// (MQTT-4.4.0-1).</summary>
    public void Admitted()
    {
        var (clean, present) = (_device.IsCleanNow, _wasPresent);
        _facts.ConnectedSince = Now;
        Judge.Sessions.ConnectAccepted(_profile.ClientId, clean, present, _storedBefore);
        if (clean) (_facts.OnlineSince, _facts.Online) = (Now, _device.Link);
        else if (!present || _facts.SessionSince == long.MaxValue) _facts.SessionSince = Now;
        var early = _session.Requests.ToList();
        if (!present)
        {
            Judge.EraBegan(_facts);
            // What was said early on this very connection belongs to the new session.
            foreach (var (_, (filter, qos)) in early) Judge.Requested(_facts, filter, qos, Now);
            if (!_spoke) _session.Outgoing.Clear();
            _session.Incoming.Clear();
            _unsettled.UnionWith(_wanted.Keys);
        }
        foreach (var (_, (filter, _)) in early) _unsettled.Remove(filter);
        if (!_spoke)
        {
            var again = _session.Outgoing.ToList();
            _holder.UploadSecond();
            foreach (var outgoing in again) Resend(outgoing);
        }
        if (_profile.WantsOrder) Ask("$SYS/enableOrderMsg", OrderRequest.Body.ToArray(), 1, pull: null);
        if (clean != _profile.IsClean) return;
        _puller.Begin();
        Go();
    }

    /// <summary>DISCONNECT.</summary>
    public void SayGoodbye()
    {
        _facts.Goodbyes++;
        _device.Send([0xE0, 0]);
    }

    /// <summary>The connection is gone.</summary>
    public void End(bool wasClean)
    {
        _answers.Clear();
        foreach (var message in _unanswered.Values)
            Judge.Unanswered(_facts, message);
        _unanswered.Clear();
        _spoke = false;
        foreach (var (filter, _) in _session.Requests.Values) _unsettled.Add(filter);
        _session.Requests.Clear();
        _unsettled.UnionWith(_overQuota);
        _overQuota.Clear();
        // A token is for one connection.
        _session.Outgoing.RemoveAll(outgoing => outgoing.Message.Token != null);
        if (!wasClean) return;
        _facts.OnlineSince = long.MaxValue;
        Judge.SessionDoubtful(_facts, Now);
        _session.Forget();
    }

    /// <summary>Asks for what is wanted and not settled.</summary>
    public void Go()
    {
        while (_unsettled.Count > 0 && _device.Unsent < UnsentBytesMax
            && _unsettled.FirstOrDefault(_holder.MayRead) is { } filter)
        {
            _unsettled.Remove(filter);
            Request(filter);
        }
    }

    public void PublishOne()
    {
        if (Published >= _profile.MessagesMax || _session.Outgoing.Count >= _profile.InflightMax) return;
        if (_device.Unsent > UnsentBytesMax || _profile.Topics.Count == 0 || !_holder.MayWrite) return;
        Published++;
        if (_profile.PeerChance > 0 && Random.Happens(_profile.PeerChance))
        {
            Publish(MakePeerMessage());
            return;
        }
        var retain = Random.Happens(_profile.RetainChance);
        var bytes = retain && Random.Happens(0.15) ? 0 : (int)Random.Spread(6, _profile.PayloadBytesMax);
        var sequence = ++_sequence;
        var message = new MessageFacts(
            _profile.Index, sequence, Random.Pick(_profile.Topics), Random.Pick(_profile.QosChoices), retain)
        {
            Payload = bytes == 0 ? [] : MessageFacts.MakePayload(_profile.Index, sequence, bytes),
            FirstSent = Now,
            IsClean = _profile.IsClean,
        };
        Publish(message);
    }

    private MessageFacts MakePeerMessage()
    {
        var sequence = ++_sequence;
        var (peer, parent) = (Random.Pick(_profile.Peers), Random.Pick(s_peerParents));
        return new MessageFacts(_profile.Index, sequence, $"{parent}/p2p/{peer}",
            Random.Pick(_profile.QosChoices), retain: false)
        {
            Payload = MessageFacts.MakePayload(
                _profile.Index, sequence, (int)Random.Spread(6, _profile.PayloadBytesMax)),
            FirstSent = Now,
            IsClean = _profile.IsClean,
            Addressee = peer,
        };
    }

    private void Publish(MessageFacts message)
    {
        Judge.Sent(message);
        var id = message.Qos == 0 ? (ushort)0 : _session.NextId();
        if (id != 0) _session.Outgoing.Add(new Outgoing(id, message));
        _world.Scheduler.Trace.Say($"{_profile.ClientId} publishes {message} as {id}");
        SendPublish(message, id, false);
    }

    /// <summary>Asks the broker itself for something.</summary>
    public void Ask(string topic, byte[] body, int qos, PullRequest? pull)
    {
        if (_device.Unsent > UnsentBytesMax || _session.Outgoing.Count > RequestsMax) return;
        Publish(new MessageFacts(_profile.Index, ++_sequence, topic, qos, retain: false)
        {
            Payload = body, FirstSent = Now, IsClean = _profile.IsClean, Pull = pull,
        });
    }

    /// <summary>Uploads a token, perhaps ahead of all that is still to be sent again.</summary>
    public void Upload(string topic, byte[] body, SimulatedToken token, bool isFirst, bool isAhead)
    {
        if (isFirst && token.Fault == TokenFault.None) SessionAsked(_device.IsCleanNow);
        var upload = new MessageFacts(_profile.Index, ++_sequence, topic, 1, retain: false)
        {
            Payload = body, FirstSent = Now, IsClean = _profile.IsClean, Token = token,
        };
        _world.Scheduler.Trace.Say($"{_profile.ClientId} uploads {token.Text} {token.Type}: {token.Fault}");
        Judge.Sent(upload);
        var outgoing = new Outgoing(_session.NextId(), upload);
        _session.Outgoing.Insert(isFirst || isAhead ? 0 : _session.Outgoing.Count, outgoing);
        SendPublish(upload, outgoing.Id, false);
    }

    public MessageFacts MakeWill()
    {
        var sequence = ++_sequence;
        return new MessageFacts(_profile.Index, sequence, $"will/{_profile.Index}", _profile.WillQos,
            Random.Happens(0.3))
        {
            Payload = MessageFacts.MakePayload(_profile.Index, sequence, 20),
            FirstSent = Now,
            IsWill = true,
        };
    }

    /// <summary>Subscribes or unsubscribes something, or asks for another QoS.</summary>
    public void ChangeMind()
    {
        if (_profile.Filters.Count == 0) return;
        var (filter, _) = Random.Pick(_profile.Filters);
        if (_session.Requests.Values.Any(request => request.Filter == filter)) return;
        _wanted[filter] = Random.Happens(0.3) ? -1 : Random.Next(3);
        _unsettled.Add(filter);
        Go();
    }

    /// <summary>One packet from the broker.</summary>
    public void Hear(in Frame frame)
    {
        if (!_device.IsConnected && frame.Type != PacketType.ConnAck)
            throw new Violation(
                "Protocol", $"{_profile.ClientId}: {frame.Type} before CONNACK (MQTT-3.2.0-1)");
        switch (frame.Type)
        {
            case PacketType.ConnAck when _profile.IsBridge: HearConnAck(ConnAckPacket.Read5(frame)); break;
            case PacketType.ConnAck: HearConnAck(ConnAckPacket.Read(frame)); break;
            case PacketType.Publish when _profile.IsBridge:
                HearFromBelow(PublishPacket.ReadFromServer5(frame));
                break;
            case PacketType.Publish: HearPublish(PublishPacket.Read(frame)); break;
            case PacketType.PubAck: HearPubAck(AckPacket.Read(frame)); break;
            case PacketType.PubRec: HearPubRec(AckPacket.Read(frame)); break;
            case PacketType.PubRel: HearPubRel(AckPacket.Read(frame)); break;
            case PacketType.PubComp: HearPubComp(AckPacket.Read(frame)); break;
            case PacketType.SubAck: HearSubAck(SubAckPacket.Read(frame)); break;
            case PacketType.UnsubAck: HearUnsubAck(AckPacket.Read(frame)); break;
            case PacketType.PingResp: _device.Ponged(); break;
            case PacketType.Disconnect when _profile.IsBridge: break;
            default: throw new Violation("Protocol", $"{_profile.ClientId}: {frame.Type} from the broker");
        }
    }

    private void HearConnAck(in ConnAckPacket packet)
    {
        if (packet.Code == ConnectCode.ServerUnavailable && _world.Scenario.QuotaEvery > 0)
        {
            _world.Tally.Count("connections over quota");
            if (!_profile.HasTokens) Judge.Sessions.Refused(_profile.ClientId, _storedBefore);
            return;
        }
        if (packet.Code != ConnectCode.Accepted || packet.Reason != ReasonCode.Success)
            throw new Violation("Protocol", $"{_profile.ClientId} refused: {packet.Code} {packet.Reason}");
        _world.Scheduler.Trace.Say($"{_profile.ClientId} connected, session present {packet.SessionPresent}");
        _device.Accepted(packet.SessionPresent);
    }

    private void HearFromBelow(in PublishPacket packet)
    {
        if (packet.Topic.SequenceEqual(s_presence))
        {
            var told = Judge.Presence.Came(_facts, _device.Connection, packet.Payload);
            // Of the same index, the same event.
            var number = (int)(told.Index % int.MaxValue);
            Judge.Bridges.Came(_profile.ClientId, BridgeStamp.Read(packet), PresenceEvents.Topic, packet.Qos,
                told.ClientId, -1, number);
            if (packet.Qos == 1) _answers.Give(PacketType.PubAck, packet.PacketId);
            return;
        }
        // An empty payload, which clears a retained message, cannot name its publisher, but has a number.
        if (!MessageFacts.TryRead(packet.Payload, out var publisher, out var sequence)) publisher = -1;
        var sender = publisher < 0 ? null : _world.Scenario.Devices[publisher].ClientId;
        Judge.Bridges.Came(_profile.ClientId, BridgeStamp.Read(packet), Encoding.UTF8.GetString(packet.Topic),
            packet.Qos, sender, publisher, sequence);
        HearPublish(packet);
    }

    private void HearPublish(in PublishPacket packet)
    {
        if (packet.Topic.StartsWith(ControlTopics.Prefix))
        {
            _holder.Hear(Encoding.UTF8.GetString(packet.Topic), packet.Payload);
            return;
        }
        if (packet.Topic.SequenceEqual(s_presence))
        {
            Judge.Presence.Came(_facts, _device.Connection, packet.Payload);
            if (packet.Qos == 1) _answers.Give(PacketType.PubAck, packet.PacketId);
            return;
        }
        var id = packet.Qos == 0 ? (ushort)0 : packet.PacketId;
        MessageFacts? message = null;
        if (packet.Qos != 2 || _session.Incoming.Add(id) || _world.Bug == SeededBug.ForgetQos2Ids)
        {
            var topic = Encoding.UTF8.GetString(packet.Topic);
            if (_world.Scheduler.Trace.IsVerbose) Describe(packet, topic, id);
            message = Judge.Delivered(
                _facts, topic, packet.Payload.ToArray(), packet.Qos, packet.Dup, packet.Retain,
                _device.Connection);
        }
        if (packet is { Qos: 1, Retain: false } && message != null) _unanswered[id] = message;
        if (packet.Qos == 1) _answers.Give(PacketType.PubAck, id);
        if (packet.Qos == 2) _answers.Give(PacketType.PubRec, id);
    }

    private void Describe(in PublishPacket packet, string topic, ushort id)
    {
        MessageFacts.TryRead(packet.Payload, out var publisher, out var sequence);
        _world.Scheduler.Trace.Say($"{_profile.ClientId} gets {publisher}/{sequence} QoS {packet.Qos} dup "
            + $"{packet.Dup} retain {packet.Retain} on {topic} as {id}");
    }

    private void HearPubAck(ushort id)
    {
        Judge.AckOrder.Acknowledged(_profile.ClientId, "PUBACK", id, _session.Oldest(1));
        var outgoing = _session.Outgoing.Find(one => one.Id == id)!;
        _session.Outgoing.Remove(outgoing);
        _world.Scheduler.Trace.Say($"{_profile.ClientId} PUBACK {id} for {outgoing.Message}");
        Judge.Acknowledged(outgoing.Message, Now);
        if (outgoing.Message is { Pull: not null, Sends: 1 }) Judge.Offline.Confirmed(_facts, Now);
        if (outgoing.Message.Token is { } token) _holder.Taken(token);
    }

    private void HearPubRec(ushort id)
    {
        Judge.AckOrder.Acknowledged(_profile.ClientId, "PUBREC", id, _session.Oldest(2));
        var outgoing = _session.Outgoing.Find(one => one.Id == id)!;
        outgoing.IsReleased = true;
        _world.Scheduler.Trace.Say($"{_profile.ClientId} PUBREC {id} for {outgoing.Message}");
        Judge.Acknowledged(outgoing.Message, Now);
        SendAck(PacketType.PubRel, id);
    }

    private void HearPubRel(ushort id)
    {
        _session.Incoming.Remove(id);
        _answers.Give(PacketType.PubComp, id);
    }

    private void HearPubComp(ushort id)
    {
        var outgoing = _session.Outgoing.Find(one => one.Id == id && one.IsReleased);
        Judge.AckOrder.Acknowledged(_profile.ClientId, "PUBCOMP", id, outgoing?.Id);
        _session.Outgoing.Remove(outgoing!);
    }

    private void HearSubAck(in SubAckPacket packet)
    {
        if (!_session.Requests.Remove(packet.PacketId, out var request) || request.Qos < 0)
            throw new Violation("Protocol", $"{_profile.ClientId}: SUBACK {packet.PacketId} for nothing");
        if (packet.Codes is [SubAckRefusal] && _world.Scenario.QuotaEvery > 0 && !_profile.IsBridge)
        {
            TryAgain(request.Filter);
            return;
        }
        if (packet.Codes.Length != 1 || packet.Codes[0] != request.Qos)
            throw new Violation("Protocol",
                $"{_profile.ClientId}: SUBACK {Convert.ToHexString(packet.Codes)} for {request}");
        _world.Scheduler.Trace.Say($"{_profile.ClientId} subscribed {request}");
        Judge.Settled(_facts, request.Filter, request.Qos, Now);
    }

    // Only what is not there yet can be over the quota.
    private void TryAgain(string filter)
    {
        _world.Tally.Count("filters over quota");
        Judge.Settled(_facts, filter, -1, Now);
        _overQuota.Add(filter);
        _device.Later(Scheduler.Second, () =>
        {
            if (_overQuota.Remove(filter)) _unsettled.Add(filter);
            Go();
        });
    }

    private void HearUnsubAck(ushort id)
    {
        if (!_session.Requests.Remove(id, out var request) || request.Qos >= 0)
            throw new Violation("Protocol", $"{_profile.ClientId}: UNSUBACK {id} for nothing");
        Judge.Settled(_facts, request.Filter, -1, Now);
    }

    private void Request(string filter)
    {
        var qos = _wanted[filter];
        var id = _session.NextId();
        _session.Requests[id] = (filter, qos);
        Judge.Requested(_facts, filter, qos, Now);
        var bytes = Encoding.UTF8.GetBytes(filter);
        _device.Send(_packet.AsSpan(0, qos < 0
            ? PacketWriter.Unsubscribe(_packet, id, bytes)
            : PacketWriter.Subscribe(_packet, id, bytes, qos)));
    }

    private void Resend(Outgoing outgoing)
    {
        if (outgoing.IsReleased) SendAck(PacketType.PubRel, outgoing.Id);
        else SendPublish(outgoing.Message, outgoing.Id, true);
    }

    private void SendPublish(MessageFacts message, ushort id, bool dup)
    {
        if (dup) message.Sends++;
        if (message.Pull is { } pull) Judge.Offline.Pulled(_facts, pull, Now);
        _device.Send(_packet.AsSpan(0, PacketWriter.Publish(_packet, Encoding.UTF8.GetBytes(message.Topic),
            message.Payload, message.Qos, dup, message.Retain || AsksToRetain(message), id)));
    }

    /// <summary>Every fourth P2P message has a flag that means nothing for it (LMQ-MSG-5).</summary>
    private static bool AsksToRetain(MessageFacts message) =>
        message.Addressee != null && message.Sequence % 4 == 0;

    private void SendAck(PacketType type, ushort id)
    {
        if (type == PacketType.PubAck) _unanswered.Remove(id);
        _device.Send(_packet.AsSpan(0, PacketWriter.Ack(_packet, type, id)));
    }
}
