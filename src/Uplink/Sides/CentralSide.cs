using System.Text;
using LightMq.Lmq;
using LightMq.Service;
using LightMq.Uplink.Bridging;
using LightMq.Uplink.Settings;
using LightMq.Uplink.Tokens;
using LightMq.Uplink.Wire;
using Microsoft.Extensions.Logging;
using MQTTnet.Packets;

namespace LightMq.Uplink.Sides;

/// <summary>The connection to the central, made again and again. On the loop.</summary>
internal sealed class CentralSide(
    CentralSettings settings, CentralPass pass, TokenDesk? tokens, LoopQueue queue, Action<BridgeInput> tell,
    Backoff backoff, TimeProvider time, ILogger log, CancellationToken stop)
{
    private static readonly TimeSpan HealthyAfter = TimeSpan.FromSeconds(10);
    private static readonly string ExpireNotice = Encoding.ASCII.GetString(ControlTopics.TokenExpireNotice);
    private static readonly string InvalidNotice = Encoding.ASCII.GetString(ControlTopics.TokenInvalidNotice);
    private readonly CancellationTokenSource _over = CancellationTokenSource.CreateLinkedTokenSource(stop);
    private LiveLink? _live;
    private MqttDisconnectPacket? _goodbye;
    private int? _noticed;
    private string? _uploaded;
    private int _generation;
    private int _attempt;
    private bool _isUploading;
    private bool _uploadsAgain;
    private bool _isOver;
    private bool _waitsForToken;
    private LinkState _trouble = LinkState.Connecting;

    /// <summary>Where tokens come from; null: another login.</summary>
    public TokenDesk? Tokens { get; set; } = tokens;

    /// <summary>Generations go on from those of the side before.</summary>
    public int Generation
    {
        get => _generation;
        init => _generation = value;
    }

    /// <summary>How it stands.</summary>
    public LinkState State =>
        _live is null ? _trouble : _live.IsAnswering ? LinkState.Healthy : LinkState.Stalled;

    /// <summary>Why there is no connection; empty: there is one.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>Where the last try went.</summary>
    public LinkAddress Address { get; private set; } = settings.Addresses[0];

    /// <summary>Gets the cluster's id at each connection; null: the central is of another make.</summary>
    public required Action<string?> ClusterSeen { get; init; }

    /// <summary>Begins.</summary>
    public void Start() => _ = ConnectAsync(TimeSpan.Zero);

    /// <summary>The connection; null: it is another one by now.</summary>
    public LiveLink? At(int generation) => _live?.Generation == generation ? _live : null;

    /// <summary>The turn is over.</summary>
    public void Flush() => _live?.Flush();

    /// <summary>A second passed.</summary>
    public void Tick()
    {
        if (_live is null) return;
        if (_live.Age > HealthyAfter && _live.IsAnswering)
        {
            backoff.Reset();
            Tokens?.Healthy();
        }
        if (!_live.Tick()) Ended(_live, new LinkError(LinkFault.Silent, "nothing was heard for too long"));
    }

    /// <summary>The bridge closed a connection; <see cref="Again"/> follows.</summary>
    public void Close(int generation)
    {
        if (At(generation) is not { } live) return;
        _live = null;
        live.Drop();
        (Reason, _trouble) = ("closed by us", LinkState.Connecting);
    }

    /// <summary>The next connection is wanted.</summary>
    public void Again(Pace pace)
    {
        if (_isOver) return;
        var wait = pace switch
        {
            Pace.AtOnce => TimeSpan.Zero,
            Pace.Long => TimeSpan.FromSeconds(settings.SupersededSeconds),
            _ => backoff.Next(),
        };
        if (pace == Pace.Long) Log.Superseded(log, $"{Address}", Reason, wait.TotalSeconds);
        else Log.CentralAway(log, $"{Address}", Reason, wait.TotalSeconds);
        _ = ConnectAsync(wait);
    }

    /// <summary>There is a new token.</summary>
    public void TokenObtained()
    {
        if (_live is { } live && Tokens is not null) Upload(live);
        else if (_waitsForToken && !_isOver)
        {
            _waitsForToken = false;
            _ = ConnectAsync(TimeSpan.Zero);
        }
    }

    /// <summary>One at a time, for all of them have one packet id.</summary>
    private void Upload(LiveLink live)
    {
        _uploadsAgain = _isUploading;
        if (_isUploading || (_uploaded = Tokens!.Current) is not { } token) return;
        _isUploading = true;
        live.Send(Logins.Upload(token));
    }

    /// <summary>Ends for good.</summary>
    public async Task LeaveAsync()
    {
        _isOver = true;
        _over.Cancel();
        var live = _live;
        _live = null;
        if (live is null) return;
        tell(BridgeInput.CentralClosed(live.Generation, CloseCause.Lost));
        await live.LeaveAsync();
    }

    private async Task ConnectAsync(TimeSpan wait)
    {
        try
        {
            if (wait > TimeSpan.Zero) await Task.Delay(wait, time, _over.Token);
            var address = Address = settings.Addresses[_attempt++ % settings.Addresses.Count];
            var token = _uploaded = Tokens?.Current;
            if (Tokens is not null && token is null)
                throw new LinkError(LinkFault.NoToken, "there is no token");
            var session = await Logins.CentralAsync(
                settings, address, pass with { Token = token }, time, _over.Token);
            queue.Post(() => Connected(session, address));
        }
        catch (LinkError wrong)
        {
            queue.Post(() => Failed(wrong));
        }
        catch (OperationCanceledException) when (_over.IsCancellationRequested)
        {
        }
    }

    private void Connected(BrokerSession session, LinkAddress address)
    {
        if (_isOver)
        {
            session.Link.Dispose();
            return;
        }
        _attempt--; // the same address serves until it fails
        var live = _live = new LiveLink(session.Link, ++_generation, session.KeepAlive, time);
        (_goodbye, _noticed, Reason, _trouble) = (null, null, "", LinkState.Connecting);
        _isUploading = _uploadsAgain = false;
        var terms = session.Terms;
        Log.CentralConnected(log, address.ToString(), terms.IsFive ? "5.0" : "3.1.1", terms.ClusterId
            ?? "unknown",
            terms.ReceiveMax);
        ClusterSeen(terms.ClusterId);
        tell(BridgeInput.CentralConnected(live.Generation, terms));
        Take(live, session.Early);
        _ = live.ReadAsync(queue, batch => Take(live, batch), end => Ended(live, end));
    }

    private void Failed(LinkError wrong)
    {
        if (_isOver) return;
        Reason = wrong.Message;
        _trouble = wrong.Fault switch
        {
            LinkFault.LoginRefused or LinkFault.TokenRefused => LinkState.Refused,
            LinkFault.Superseded => LinkState.Superseded,
            LinkFault.NoToken => LinkState.WaitingForToken,
            _ => LinkState.Connecting,
        };
        if (wrong.Fault == LinkFault.TokenRefused) Tokens?.Refused(wrong.Code, _uploaded);
        _waitsForToken = wrong.Fault == LinkFault.NoToken;
        if (_waitsForToken) return; // TokenObtained goes on
        Again(wrong.Fault == LinkFault.Superseded ? Pace.Long : Pace.BackOff);
    }

    private void Ended(LiveLink live, LinkError error)
    {
        if (_live != live) return;
        var cause = Farewell.Cause(error, _goodbye);
        Reason = _goodbye is { } goodbye
            ? Farewell.Text((int)goodbye.ReasonCode, goodbye.ReasonString) : error.Message;
        if (_noticed is { } code)
        {
            Reason = Farewell.OfToken(code);
            if (Tokens?.Refused(code, _uploaded) != false) cause = CloseCause.Lost;
            else if (cause.Kind == CloseKind.ByPeer) cause = new CloseCause(CloseKind.Refused, 0x87);
        }
        _trouble = cause.Kind == CloseKind.Superseded ? LinkState.Superseded
            : _noticed is not null ? LinkState.Refused : LinkState.Connecting;
        _live = null;
        live.Drop();
        tell(BridgeInput.CentralClosed(live.Generation, cause)); // Again follows
    }

    private void Take(LiveLink live, List<Incoming> batch)
    {
        foreach (var (packet, message) in batch)
        {
            if (_live != live) return;
            Take(live, packet, message);
        }
    }

    private void Take(LiveLink live, MqttPacket packet, BridgeMessage? message)
    {
        switch (packet)
        {
            case MqttPubAckPacket ack when ack.PacketIdentifier == Logins.TokenId && _isUploading:
                live.Answered();
                Log.TokenRenewed(log);
                _isUploading = false;
                if (_uploadsAgain) Upload(live);
                break;
            case MqttPubAckPacket ack:
                live.Answered();
                tell(BridgeInput.CentralAcked(live.Generation, ack.PacketIdentifier, (byte)ack.ReasonCode));
                break;
            case MqttPublishPacket publish when publish.Topic == ExpireNotice
                || publish.Topic == InvalidNotice:
                Noticed(live, publish, message!);
                break;
            case MqttPublishPacket publish:
                tell(BridgeInput.DownPublish(live.Generation, publish.PacketIdentifier, message!));
                break;
            case MqttPubRelPacket release:
                live.Send(new MqttPubCompPacket { PacketIdentifier = release.PacketIdentifier });
                break;
            case MqttPingRespPacket:
                live.Answered();
                break;
            case MqttDisconnectPacket goodbye:
                _goodbye = goodbye;
                break;
            default:
                Ended(live, new LinkError(LinkFault.Protocol,
                    $"it sent {packet.GetType().Name} out of place"));
                break;
        }
    }

    private void Noticed(LiveLink live, MqttPublishPacket notice, BridgeMessage message)
    {
        if (notice.PacketIdentifier != 0)
            live.Send(new MqttPubAckPacket { PacketIdentifier = notice.PacketIdentifier });
        if (notice.Topic == ExpireNotice)
        {
            Log.TokenExpires(log);
            Tokens?.Want();
        }
        else if (TokenInvalidNotice.TryParse(message.Payload.Span, out var invalid))
        {
            _noticed = (int)invalid.Fault;
        }
    }
}
