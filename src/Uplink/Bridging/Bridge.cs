namespace LightMq.Uplink.Bridging;

/// <summary>
/// Carries messages between the local broker and the central; docs/UPLINK.md says what it guarantees.
/// Pure: time is passed in, effects go out, and one thread calls it. What it owes nobody it does not
/// keep, for the local broker's queue is the only one.
/// </summary>
public sealed class Bridge
{
    private readonly Upward _up;
    private readonly Downward _down;
    private int _local;
    private int _central;

    /// <summary>Makes a bridge that is connected to nobody.</summary>
    /// <param name="options">Bounds and names.</param>
    public Bridge(BridgeOptions options)
    {
        _up = new Upward(options, Counters);
        _down = new Downward(options, Counters);
    }

    /// <summary>Counts since the start.</summary>
    public BridgeCounters Counters { get; } = new();

    /// <summary>Messages of the local broker that the central has not acknowledged.</summary>
    public int Pending => _up.Relay.Waiting + _up.Relay.Sent;

    /// <summary>Messages under way to the central.</summary>
    public int InFlight => _up.Relay.InFlight;

    /// <summary>Whether everything waits until a refused message is stored.</summary>
    public bool WaitsForStore => _up.IsHeld;

    /// <summary>One thing happened.</summary>
    /// <param name="input">What.</param>
    /// <param name="now">Milliseconds of a clock that never goes back.</param>
    /// <param name="effects">Takes what is to be done.</param>
    public void Handle(in BridgeInput input, long now, IBridgeEffects effects)
    {
        switch (input.Kind)
        {
            case BridgeInputKind.LocalConnected:
                if (_local != 0) LocalGone(CloseCause.Lost, effects);
                _local = input.Generation;
                _up.LocalConnected(_local);
                _down.LocalConnected(_local, input.Terms!);
                break;
            case BridgeInputKind.CentralConnected:
                if (_central != 0) _ = CentralGone(CloseCause.Lost, effects);
                _central = input.Generation;
                _up.CentralConnected(_central, input.Terms!);
                _down.CentralConnected(_central);
                break;
            case BridgeInputKind.LocalClosed when input.Generation == _local:
                LocalGone(input.Cause, effects);
                break;
            case BridgeInputKind.CentralClosed when input.Generation == _central:
                effects.ConnectCentral(CentralGone(input.Cause, effects));
                break;
            case BridgeInputKind.LocalPublish when input.Generation == _local:
                _up.Add(input.PacketId, input.Message!);
                break;
            case BridgeInputKind.DownPublish when input.Generation == _central:
                if (!_down.Add(input.PacketId, input.Message!, effects)) CloseCentral(effects, Pace.BackOff);
                break;
            case BridgeInputKind.CentralAcked when input.Generation == _central:
                CentralAcked(input, effects);
                break;
            case BridgeInputKind.LocalAcked when input.Generation == _local:
                LocalAcked(input, effects);
                break;
            case BridgeInputKind.Stored:
                _up.Stored(input.Ticket);
                break;
            case BridgeInputKind.Replay when _local != 0:
                _up.Replay(input.Ticket, input.Message!);
                break;
            case BridgeInputKind.Tick:
                Tick(now, effects);
                break;
        }
        _up.Move(now, effects);
        _down.Move(now, effects);
    }

    private void CentralAcked(in BridgeInput input, IBridgeEffects effects)
    {
        if (!_up.Acknowledged(input.PacketId, input.Code, effects, out var isTaken))
        {
            effects.Report(
                new BridgeEvent(BridgeEventKind.WrongAcknowledgement, Number: input.PacketId));
            CloseCentral(effects, Pace.BackOff);
        }
        else if (!isTaken)
        {
            // One message was refused for good: what follows goes on behind its gap, at once.
            CloseCentral(effects, CloseCause.IsOfMessage(input.Code) ? Pace.AtOnce : Pace.BackOff);
        }
    }

    private void LocalAcked(in BridgeInput input, IBridgeEffects effects)
    {
        if (_down.Acknowledged(input.PacketId, input.Code, effects)) return;
        effects.Report(
            new BridgeEvent(BridgeEventKind.WrongLocalAcknowledgement, Number: input.PacketId));
        CloseLocal(effects);
    }

    private void Tick(long now, IBridgeEffects effects)
    {
        if (_up.IsStalled(now))
        {
            effects.Report(new BridgeEvent(BridgeEventKind.Stalled, Number: _up.Relay.InFlight));
            CloseCentral(effects, Pace.BackOff);
        }
        if (_down.IsStalled(now))
        {
            effects.Report(new BridgeEvent(BridgeEventKind.LocalStalled, Number: _down.Relay.InFlight));
            CloseLocal(effects);
        }
    }

    private void CloseCentral(IBridgeEffects effects, Pace pace)
    {
        effects.CloseCentral(_central);
        _ = CentralGone(CloseCause.Lost, effects);
        effects.ConnectCentral(pace);
    }

    private void CloseLocal(IBridgeEffects effects)
    {
        effects.CloseLocal(_local);
        LocalGone(CloseCause.Lost, effects);
    }

    private Pace CentralGone(in CloseCause cause, IBridgeEffects effects)
    {
        _central = 0;
        var pace = _up.CentralClosed(cause, effects);
        _down.CentralClosed();
        return pace;
    }

    private void LocalGone(in CloseCause cause, IBridgeEffects effects)
    {
        _local = 0;
        _up.LocalClosed();
        _down.LocalClosed(cause, effects);
    }
}
