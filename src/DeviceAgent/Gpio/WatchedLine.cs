using System.Device.Gpio;
using LightMq.DeviceAgent.Settings;
using LightMq.Service;

namespace LightMq.DeviceAgent.Gpio;

/// <summary>What a line is to be.</summary>
/// <param name="Line">Where it is.</param>
/// <param name="Pull">What pulls it.</param>
/// <param name="Debounce">Shorter changes do not count.</param>
/// <param name="EdgesPerSecondMax">With more it is not watched for a while.</param>
internal sealed record WatchSettings(
    LineSettings Line, PullKind Pull, TimeSpan Debounce, int EdgesPerSecondMax);

/// <summary>
/// A line that is watched: tells each change once it has lasted. However many edges come, one message is on
/// its way to the loop; one that floods is not watched for a while. On the loop.
/// </summary>
internal sealed class WatchedLine(
    WatchSettings settings, GpioTap tap, Backoff backoff, Loop loop, TimeProvider time)
{
    private static readonly TimeSpan FloodPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BouncingMax = TimeSpan.FromSeconds(1);
    private int _edges;
    private int _isAwake;
    private long _edgeAt;
    private long _awakeSince;
    private int _sum;
    private PinChangeEventHandler? _handler;
    private bool _isOver;

    /// <summary>Whether it is on, and the edges since the last time.</summary>
    public required Action<bool, int> Settled { get; init; }

    /// <summary>It cannot be watched.</summary>
    public required Action<string> Failed { get; init; }

    /// <summary>Begins.</summary>
    public void Start() => Open();

    /// <summary>Ends.</summary>
    public void Stop()
    {
        _isOver = true;
        tap.Bus.Do(Close, static (_, _) => { });
    }

    /// <summary>Reads it and tells.</summary>
    public void ReadNow()
    {
        if (tap.Bus.IsHung) Failed(tap.Bus.Complaint);
        else if (_handler is not null) tap.Bus.Do(() => tap.Port.Read(settings.Line.Line), Took);
    }

    /// <summary>How the chip is told of a pull.</summary>
    public static PinMode ModeOf(PullKind pull) => pull switch
    {
        PullKind.Up => PinMode.InputPullUp,
        PullKind.Down => PinMode.InputPullDown,
        _ => PinMode.Input,
    };

    private void Open()
    {
        if (_isOver) return;
        PinChangeEventHandler handler = (_, _) => Edge();
        tap.Bus.Do(() =>
        {
            tap.Port.Close(settings.Line.Line);
            tap.Port.OpenInput(settings.Line.Line, ModeOf(settings.Pull));
            tap.Port.Watch(settings.Line.Line, handler);
            return tap.Port.Read(settings.Line.Line);
        }, (isHigh, fault) =>
        {
            if (fault is null) (_handler, _isAwake, _sum) = (handler, 1, 0);
            Took(isHigh, fault);
            // An edge may have come between the first look and now.
            Wake();
        });
    }

    // On the driver's thread.
    private void Edge()
    {
        Interlocked.Increment(ref _edges);
        Interlocked.Exchange(ref _edgeAt, time.GetTimestamp());
        if (Interlocked.Exchange(ref _isAwake, 1) == 0) loop.Post(Wake);
    }

    private void Wake()
    {
        if (_handler is null || _isOver) return;
        _awakeSince = loop.Now;
        loop.After(settings.Debounce, Settle);
    }

    private void Settle()
    {
        if (_handler is null || _isOver) return;
        var edges = Interlocked.Exchange(ref _edges, 0);
        _sum += edges;
        var awake = Math.Max(1, loop.Now - _awakeSince);
        if (_sum > settings.EdgesPerSecondMax && _sum * 1_000L / awake > settings.EdgesPerSecondMax)
        {
            Flooded(_sum * 1_000L / awake);
            return;
        }
        var quiet = time.GetElapsedTime(Interlocked.Read(ref _edgeAt));
        if (quiet >= settings.Debounce)
        {
            // An edge from here on wakes anew.
            Interlocked.Exchange(ref _isAwake, 0);
            ReadNow();
            return;
        }
        loop.After(settings.Debounce - quiet, Settle);
        if (awake < BouncingMax.TotalMilliseconds) return;
        _awakeSince = loop.Now;
        ReadNow();
    }

    private void Flooded(long edgesPerSecond)
    {
        _handler = null;
        tap.Bus.Do(Close, (_, _) =>
        {
            Failed($"the line floods: {edgesPerSecond} edges a second; not watched for now");
            Again(FloodPause);
        });
    }

    private void Took(bool isHigh, string? fault)
    {
        if (_isOver) return;
        if (fault is null)
        {
            backoff.Reset();
            var edges = _sum;
            _sum = 0;
            Settled(isHigh != settings.Line.IsActiveLow, edges);
            return;
        }
        _handler = null;
        Failed(fault);
        Again(TimeSpan.Zero);
    }

    private void Again(TimeSpan least)
    {
        var wait = backoff.Next();
        loop.After(wait > least ? wait : least, Open);
    }

    private bool Close()
    {
        tap.Port.Close(settings.Line.Line);
        return true;
    }
}
