// Long because one life of the uplink, both sides of it, reads best in one piece.
using System.Text;
using LightMq.Lmq;
using LightMq.Mqtt;
using LightMq.Simulator.World;
using LightMq.Uplink.Bridging;

namespace LightMq.Simulator.Chain;

/// <summary>One life of an uplink: the real bridge between two connections.</summary>
public sealed class UplinkProcess : IBridgeEffects
{
    private const ushort UploadId = 1, RenewalId = 2;
    private readonly ChainWorld _world;
    private readonly Site _site;
    private readonly Bridge _bridge;
    private readonly RefusedStore _refused;
    private readonly UplinkTamper _tamper;
    private readonly UplinkToken? _token;
    private readonly Dictionary<ushort, BridgeMessage> _given = [];
    private Wire? _local;
    private Wire? _central;
    private int _localGeneration;
    private int _centralGeneration;
    private bool _isLocalIn;
    private bool _isCentralIn;
    private bool _isDead;
    private bool _isOfToken;
    private bool _isRenewing;
    private long _askedAt;
    private LinkTerms? _terms;
    private long _backoff = Scheduler.Second;

    public UplinkProcess(ChainWorld world, Site site)
    {
        (_world, _site) = (world, site);
        _bridge = new Bridge(world.Scenario.Uplink);
        _refused = new RefusedStore(world, site.RefusedDisk) { PowerLost = site.PowerOff };
        _tamper = new UplinkTamper(world);
        if (site.Auth is { } auth) _token = new UplinkToken(world, auth, site.GatewayId);
    }

    public bool IsQuiet => _isLocalIn && _isCentralIn && _bridge.Pending == 0;
    public Bridge Bridge => _bridge;
    private Scheduler Scheduler => _world.Scheduler;
    private Random Random => _world.Random;
    private bool IsFive => _world.Scenario.SpeaksFive;

    public override string ToString() => $"uplink of {_site.Name}: {_bridge.Pending} pending, local "
        + $"{_isLocalIn}, central {_isCentralIn}, waits for store {_bridge.WaitsForStore}";

    public void Start()
    {
        ConnectLocal();
        ConnectCentralNow();
        Tick();
    }

    public void Die(bool isTold)
    {
        _isDead = _refused.IsDead = true;
        _local?.Die(isTold);
        _central?.Die(isTold);
    }

    public void BreakLocal() => Break(_local);

    public void BreakCentral() => Break(_central);

    private void Break(Wire? wire)
    {
        if (wire?.Link is not { } link) return;
        if (_world.Scenario.MayVanish && Random.Happens(0.5)) link.Vanish();
        else link.Cut();
    }

    private void Tick() => After(Scheduler.Second, () =>
    {
        if (_world.Bug != ChainBug.Sleep || Random.Happens(0.98)) Tick();
        else _tamper.IsAsleep = true;
        Tell(BridgeInput.Tick());
        if (_token is { } token && _isCentralIn && !_isRenewing && token.IsRenewed) Upload(RenewalId);
    });

    private void ConnectLocal()
    {
        if (_isDead) return;
        _isLocalIn = false;
        var generation = ++_localGeneration;
        _tamper.LocalLost(_given.Keys.Order());
        _given.Clear();
        _local = new Wire(Scheduler, _world.Scenario.Near, ProtocolVersion.V500)
        {
            Heard = HearLocal,
            Opened = () => _local!.Send(ConnectPacketOf(isCentral: false)),
            Lost = inOrder => LocalLost(generation, inOrder ? new(CloseKind.ByPeer) : CloseCause.Lost),
        };
        _local.Open(end => _site.Accept(end, isLmq: false, _site.GatewayId));
    }

    private void LocalLost(int generation, CloseCause cause)
    {
        if (_isDead || generation != _localGeneration) return;
        _isLocalIn = false;
        Tell(BridgeInput.LocalClosed(generation, cause));
        After(Random.Spread(10_000, Scheduler.Second), ConnectLocal);
    }

    private void ConnectCentralNow()
    {
        if (_isDead) return;
        if (_token is { IsGood: false } token)
        {
            token.Renew();
            After(Scheduler.Second, ConnectCentralNow);
            return;
        }
        _isCentralIn = _isOfToken = _isRenewing = false;
        var generation = ++_centralGeneration;
        _askedAt = Scheduler.Now;
        _central = new Wire(
            Scheduler, _world.Scenario.Far, IsFive ? ProtocolVersion.V500 : ProtocolVersion.V311)
        {
            Heard = HearCentral,
            Opened = () => _central!.Send(ConnectPacketOf(isCentral: true)),
            Lost = inOrder => CentralLost(generation, inOrder ? new(CloseKind.ByPeer) : CloseCause.Lost),
        };
        _central.Open(end => _world.Judge.Central!.Accept(end, _site.Name));
        _central.Later(60 * Scheduler.Second, () =>
        {
            if (_isCentralIn) return;
            _central!.Close();
            CentralLost(generation, CloseCause.Lost);
        });
    }

    private void CentralLost(int generation, CloseCause cause)
    {
        if (_isDead || generation != _centralGeneration) return;
        Scheduler.Trace.Say($"uplink of {_site.Name} loses the central: {cause}");
        _centralGeneration++;
        if (!_isCentralIn)
        {
            ConnectCentral(cause.Kind == CloseKind.Superseded ? Pace.Long : Pace.BackOff);
            return;
        }
        _isCentralIn = false;
        Tell(BridgeInput.CentralClosed(generation, cause));
        _tamper.CentralLost();
    }

    private byte[] ConnectPacketOf(bool isCentral)
    {
        var isFive = !isCentral || IsFive;
        var installation = _world.Bug == ChainBug.ChangeInstallation
            ? $"box{Random.Next()}" : _site.Installation;
        var fields = new ConnectFields
        {
            Version = isFive ? ProtocolVersion.V500 : ProtocolVersion.V311,
            ClientId = Encoding.UTF8.GetBytes(_site.GatewayId),
            CleanSession = false,
            KeepAliveSeconds = 30,
            SessionExpirySeconds = isFive ? uint.MaxValue : 0,
            ReceiveMaximum = isCentral ? (ushort)0 : _world.Scenario.LocalReceiveMax,
            Properties = isCentral && isFive
                ? UplinkSide.User(new UserProperty("lmq-install", installation)) : [],
        };
        if (isCentral && _token == null)
            fields = fields with
            {
                UserName = "key"u8, Password = Encoding.UTF8.GetBytes(ChainMaker.GatewayPassword),
            };
        var bytes = new byte[1_024];
        return bytes[..PacketWriter.Connect(bytes, fields)];
    }

    private void HearLocal(in Frame frame)
    {
        switch (frame.Type)
        {
            case PacketType.ConnAck:
                var packet = ConnAckPacket.Read5(frame);
                if (packet.Reason != ReasonCode.Success) return;
                _isLocalIn = true;
                Tell(BridgeInput.LocalConnected(_localGeneration, UplinkSide.Terms(packet, isFive: true)));
                foreach (var stale in _tamper.TakeLocalAcks()) SendLocalAck(stale);
                break;
            case PacketType.Publish:
                var publish = PublishPacket.ReadFromServer5(frame);
                var message = UplinkSide.Read(publish);
                if (publish.PacketId != 0) _given[publish.PacketId] = message;
                Tell(BridgeInput.LocalPublish(_localGeneration, publish.PacketId, message));
                if (_world.Strikes(ChainBug.AckAtOnce, 0.1) && publish.PacketId != 0)
                    AckLocal(_localGeneration, publish.PacketId, 1);
                break;
        }
    }

    private void HearCentral(in Frame frame)
    {
        switch (frame.Type)
        {
            case PacketType.ConnAck: Answered(frame); break;
            case PacketType.PubAck:
                var ack = AckPacket.Read(frame, IsFive ? ProtocolVersion.V500 : ProtocolVersion.V311);
                if (ack.PacketId == UploadId) Come();
                else if (ack.PacketId == RenewalId) _isRenewing = false;
                else Acknowledged(ack.PacketId, (byte)ack.Reason);
                break;
            case PacketType.Publish: HearNotice(IsFive
                ? PublishPacket.ReadFromServer5(frame) : PublishPacket.Read(frame)); break;
            case PacketType.Disconnect:
                var cause = UplinkSide.CauseOf(frame.Body, _isOfToken && _world.Bug != ChainBug.BlameTokens);
                _central!.Close();
                CentralLost(_centralGeneration, cause);
                break;
        }
    }

    private void Acknowledged(ushort id, byte code)
    {
        _backoff = Scheduler.Second;
        _tamper.Acknowledged(id);
        Tell(BridgeInput.CentralAcked(_centralGeneration, id, code));
    }

    private void HearNotice(in PublishPacket packet)
    {
        if (packet.Topic.SequenceEqual(ControlTopics.TokenInvalidNotice)
            && TokenInvalidNotice.TryParse(packet.Payload, out var notice)
            && notice.Fault is not (TokenFault.Resource or TokenFault.Action))
        {
            _world.Tally.Count($"tokens of uplinks lost: {notice.Fault}");
            _isOfToken = true;
            _token?.Drop();
        }
        else if (packet.Topic.SequenceEqual(ControlTopics.TokenExpireNotice)) _token?.Renew();
    }

    private void Answered(in Frame frame)
    {
        var packet = IsFive ? ConnAckPacket.Read5(frame) : ConnAckPacket.Read(frame);
        if (packet.Code != ConnectCode.Accepted)
        {
            var isSuperseded = packet.ReasonString.StartsWith("superseded"u8);
            if (isSuperseded) _world.Tally.Count("superseded boxes refused");
            _central!.Close();
            CentralLost(_centralGeneration, new(isSuperseded ? CloseKind.Superseded : CloseKind.Lost));
            return;
        }
        _terms = UplinkSide.Terms(packet, IsFive);
        if (_token == null) Come();
        else Upload(UploadId);
    }

    private void Come()
    {
        _isCentralIn = true;
        Scheduler.Trace.Say($"{_site.Name} is connected to {_terms!.ClusterId}");
        _world.Judge.Installations.Admitted(_site, _askedAt);
        Tell(BridgeInput.CentralConnected(_centralGeneration, _terms!));
        foreach (var id in _tamper.TakeCentralAcks())
            Tell(BridgeInput.CentralAcked(_centralGeneration, id, 0));
    }

    private void Upload(ushort id)
    {
        _isRenewing = id == RenewalId;
        var body = $$"""{"token":"{{_token!.Take()}}","type":"RW"}""";
        _world.Tally.Count(id == RenewalId ? "tokens of uplinks renewed" : "tokens of uplinks uploaded");
        var to = new byte[512];
        _central!.Send(to.AsSpan(0, PacketWriter.Publish5(
            to, ControlTopics.UploadToken, Encoding.ASCII.GetBytes(body), 1, false, false, id, [])));
    }

    private void Tell(in BridgeInput input)
    {
        if (!_isDead && !_tamper.IsAsleep) _bridge.Handle(input, Scheduler.Now / 1000, this);
    }

    private void After(long microseconds, Action action) => Scheduler.After(microseconds, () =>
    {
        if (!_isDead) action();
    });

    public void PublishUp(
        int generation, ushort packetId, string topic, BridgeMessage message, bool isDuplicate)
    {
        if (_tamper.IsSwallowed(packetId, message, out var isAcknowledged))
        {
            if (isAcknowledged) After(0, () => Tell(BridgeInput.CentralAcked(generation, packetId, 0)));
            return;
        }
        _tamper.Sent(packetId);
        var other = _tamper.Replace(message);
        if (other != message) (topic, message) = (other.Topic, other);
        foreach (var packet in _tamper.Order(UplinkSide.Write(topic, message, packetId, isDuplicate, IsFive)))
            _central!.Send(packet);
    }

    public void AckLocal(int generation, ushort packetId, byte qos)
    {
        if (_given.Remove(packetId, out var message)) _world.Judge.Done(message);
        SendLocalAck(packetId);
    }

    private void SendLocalAck(ushort packetId)
    {
        var to = new byte[8];
        _local!.Send(to.AsSpan(0, PacketWriter.Ack(to, PacketType.PubAck, packetId)));
    }

    /// <summary>Nobody asks for refused messages here.</summary>
    public void Replayed(long number) => throw new InvalidOperationException("nothing is replayed");

    public void PublishLocal(
        int generation, ushort packetId, string topic, BridgeMessage message, bool isDuplicate) =>
        throw new InvalidOperationException("nothing comes down");

    public void AckCentral(int generation, ushort packetId, byte qos) =>
        throw new InvalidOperationException("nothing comes down");

    public void CloseCentral(int generation)
    {
        _isCentralIn = false;
        _centralGeneration++;
        _central!.Close();
        _tamper.CentralLost();
    }

    public void CloseLocal(int generation)
    {
        _local!.Close();
        _isLocalIn = false;
        _localGeneration++;
        After(Random.Spread(10_000, Scheduler.Second), ConnectLocal);
    }

    public void ConnectCentral(Pace pace)
    {
        _world.Tally.Count($"connects {pace}");
        var wait = pace switch
        {
            Pace.AtOnce => Random.Next(1, 1_000),
            Pace.Long => 30 * Scheduler.Second,
            _ => Random.Spread(10_000, _backoff),
        };
        if (pace == Pace.BackOff) _backoff = Math.Min(_backoff * 2, 30 * Scheduler.Second);
        After(wait, ConnectCentralNow);
    }

    public void StoreRefused(long ticket, BridgeMessage message, byte code)
    {
        Scheduler.Trace.Say($"{_site.Name} refuses {message.Client} {message.Sequence}: {code:x2}");
        _refused.Keep(message, () => Tell(BridgeInput.Stored(ticket)));
    }

    public void Report(in BridgeEvent happened)
    {
        _world.Tally.Count($"bridge {happened.Kind}");
        if (_world.Scheduler.Trace.IsVerbose)
            Scheduler.Trace.Say($"{_site.Name} bridge {happened.Kind} {happened.Number} {happened.Text} "
                + $"{happened.Message?.Client} {happened.Message?.Sequence}");
    }
}
