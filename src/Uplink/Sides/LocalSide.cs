using System.Text;
using LightMq.Lmq;
using LightMq.Service;
using LightMq.Uplink.Bridging;
using LightMq.Uplink.Settings;
using LightMq.Uplink.Wire;
using Microsoft.Extensions.Logging;
using MQTTnet.Packets;

namespace LightMq.Uplink.Sides;

/// <summary>The connection to the local broker, made again and again. On the loop.</summary>
internal sealed class LocalSide(
    LocalSettings settings, BridgeOptions bounds, LoopQueue queue, Action<BridgeInput> tell, Backoff backoff,
    TimeProvider time, ILogger log, CancellationToken stop)
{
    private static readonly TimeSpan HealthyAfter = TimeSpan.FromSeconds(10);
    private static readonly string BacklogTopic = Encoding.ASCII.GetString(ControlTopics.BridgeBacklog);
    private LiveLink? _live;
    private MqttDisconnectPacket? _goodbye;
    private int _generation;
    private bool _isOver;

    /// <summary>Whether it is connected.</summary>
    public bool IsConnected => _live is not null;

    /// <summary>What waits in the broker's queue for us; null: the broker does not say.</summary>
    public BacklogBody? Backlog { get; private set; }

    /// <summary>Generations go on from those of the side before.</summary>
    public int Generation
    {
        get => _generation;
        init => _generation = value;
    }

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
        if (_live.Age > HealthyAfter) backoff.Reset();
        if (!_live.Tick()) Ended(_live, new LinkError(LinkFault.Silent, "nothing was heard for too long"));
    }

    /// <summary>The bridge closed a connection.</summary>
    public void Close(int generation)
    {
        if (At(generation) is { } live) Again(live, "closed by us");
    }

    /// <summary>Ends for good.</summary>
    public async Task LeaveAsync()
    {
        _isOver = true;
        var live = _live;
        _live = null;
        if (live is null) return;
        tell(BridgeInput.LocalClosed(live.Generation, CloseCause.Lost));
        await live.LeaveAsync();
    }

    private async Task ConnectAsync(TimeSpan wait)
    {
        try
        {
            if (wait > TimeSpan.Zero) await Task.Delay(wait, time, stop);
            var session = await Logins.LocalAsync(settings, bounds, time, stop);
            queue.Post(() => Connected(session));
        }
        catch (LinkError wrong)
        {
            queue.Post(() => Failed(wrong.Message));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    private void Connected(BrokerSession session)
    {
        if (_isOver)
        {
            session.Link.Dispose();
            return;
        }
        var live = _live = new LiveLink(session.Link, ++_generation, session.KeepAlive, time);
        (_goodbye, Backlog) = (null, null);
        Log.LocalConnected(log, settings.Address.ToString());
        tell(BridgeInput.LocalConnected(live.Generation, session.Terms));
        live.Send(Logins.Subscribe([BacklogTopic], session.Link.IsFive, isQos0: true));
        Take(live, session.Early);
        _ = live.ReadAsync(queue, batch => Take(live, batch), end => Ended(live, end));
    }

    private void Failed(string reason)
    {
        if (_isOver) return;
        var wait = backoff.Next();
        Log.LocalAway(log, settings.Address.ToString(), reason, wait.TotalSeconds);
        _ = ConnectAsync(wait);
    }

    private void Ended(LiveLink live, LinkError error)
    {
        if (_live != live) return;
        var cause = Farewell.Cause(error, _goodbye);
        var reason = _goodbye is { } goodbye
            ? Farewell.Text((int)goodbye.ReasonCode, goodbye.ReasonString) : error.Message;
        _live = null;
        live.Drop();
        tell(BridgeInput.LocalClosed(live.Generation, cause));
        Failed(reason);
    }

    private void Again(LiveLink live, string reason)
    {
        _live = null;
        live.Drop();
        Failed(reason);
    }

    private void Take(LiveLink live, List<Incoming> batch)
    {
        if (_live != live) return;
        foreach (var (packet, message) in batch)
        {
            Take(live, packet, message);
            if (_live != live) return;
        }
    }

    private void Take(LiveLink live, MqttPacket packet, BridgeMessage? message)
    {
        var generation = live.Generation;
        switch (packet)
        {
            case MqttPublishPacket publish when publish.Topic == BacklogTopic:
                if (BacklogBody.TryParse(message!.Payload.Span, out var backlog)) Backlog = backlog;
                break;
            case MqttPublishPacket publish:
                tell(BridgeInput.LocalPublish(generation, publish.PacketIdentifier, message!));
                break;
            case MqttPubAckPacket ack:
                live.Answered();
                tell(BridgeInput.LocalAcked(generation, ack.PacketIdentifier, (byte)ack.ReasonCode));
                break;
            case MqttPubRelPacket release:
                live.Send(new MqttPubCompPacket { PacketIdentifier = release.PacketIdentifier });
                break;
            case MqttSubAckPacket answer:
                if (answer.ReasonCodes.Any(static code => (int)code >= 0x80))
                    Log.NoBacklog(log, Farewell.Text((int)answer.ReasonCodes[0], answer.ReasonString));
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
}
