using System.Device.Gpio;
using LightMq.DeviceAgent.Sensors;
using LightMq.DeviceAgent.Settings;
using LightMq.DeviceAgent.State;
using LightMq.Service;

namespace LightMq.DeviceAgent.Gpio;

/// <summary>
/// Counts pulses of a line. An edge costs an addition on the driver's thread and no message; the total is
/// looked at at the sensor's rate, and kept by <see cref="CounterFile"/>. On the loop.
/// </summary>
internal sealed class PulseCounter(
    SensorSettings settings, GpioTap tap, CounterFile totals, Publication publication, Backoff backoff,
    Loop loop, TimeProvider time) : ISensor
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1), FloodPause = TimeSpan.FromSeconds(10);
    private readonly long _debounceTicks =
        (long)(settings.Debounce.TotalSeconds * time.TimestampFrequency);
    private long _pulses;
    private long _edges;
    private long _edgeAt = long.MinValue / 2;
    private long _edgesSeen;
    private long _total = totals.Read(settings.Name);
    private long _taken;
    private long? _lastTotal;
    private long _lastAt;
    private bool _isOpen;
    private bool _isOver;
    private Alarm? _due;
    private Alarm? _watch;

    /// <inheritdoc/>
    public Publication Publication => publication;

    /// <summary>Pulses so far, over all starts.</summary>
    public long Total => _total + Interlocked.Read(ref _pulses) - _taken;

    /// <summary>Counts on from here.</summary>
    /// <param name="total">What the meter shows.</param>
    /// <param name="done">It is on the disk; or what is wrong there.</param>
    public void Set(long total, Action<string?> done)
    {
        (_taken, _total, _lastTotal) = (Interlocked.Read(ref _pulses), total, null);
        ReadNow();
        totals.Write(settings.Name, Total);
        totals.Save(done);
    }

    /// <inheritdoc/>
    public void Start()
    {
        Open();
        Look();
        Flood();
    }

    /// <inheritdoc/>
    public void Stop()
    {
        _isOver = true;
        _due?.Cancel();
        _watch?.Cancel();
        totals.Write(settings.Name, Total);
        publication.Flush();
        tap.Bus.Do(Close, static (_, _) => { });
    }

    /// <inheritdoc/>
    public void ReadNow()
    {
        if (_isOpen) Publish(isForced: true);
    }

    private void Open()
    {
        if (_isOver) return;
        tap.Bus.Do(() =>
        {
            tap.Port.Close(settings.Line!.Line);
            tap.Port.OpenInput(settings.Line.Line, WatchedLine.ModeOf(settings.Pull));
            tap.Port.Watch(settings.Line.Line, Edge);
            return true;
        }, (_, fault) =>
        {
            if (_isOver) return;
            _isOpen = fault is null;
            if (_isOpen)
            {
                backoff.Reset();
                _edgesSeen = Interlocked.Read(ref _edges);
                ReadNow();
                return;
            }
            publication.Fault(fault!);
            loop.After(backoff.Next(), Open);
        });
    }

    // On the driver's thread, one edge after the other. A contact bounces as it closes and as it opens: only
    // the first edge after a time of quiet is one of the pulse's.
    private void Edge(object sender, PinValueChangedEventArgs change)
    {
        Interlocked.Increment(ref _edges);
        var isQuiet = WasQuiet();
        var isOn = (change.ChangeType == PinEventTypes.Rising) != settings.Line!.IsActiveLow;
        if (settings.Edge == EdgeKind.Rising && !isOn || settings.Edge == EdgeKind.Falling && isOn) return;
        if (isQuiet) Interlocked.Increment(ref _pulses);
    }

    private bool WasQuiet()
    {
        if (_debounceTicks == 0) return true;
        var (before, now) = (_edgeAt, time.GetTimestamp());
        _edgeAt = now;
        return now - before >= _debounceTicks;
    }

    private void Look()
    {
        _due = loop.After(settings.Interval, Look);
        if (tap.Bus.IsHung) publication.Fault(tap.Bus.Complaint);
        else if (_isOpen) Publish();
    }

    private void Publish(bool isForced = false)
    {
        var total = Total;
        totals.Write(settings.Name, total);
        var seconds = (loop.Now - _lastAt) / 1_000.0;
        var rate = _lastTotal is { } last && seconds > 0 ? (total - last) / seconds : 0;
        (_lastTotal, _lastAt) = (total, loop.Now);
        publication.Take(
            [new Measure("total", total, "pulses"), new Measure("rate", Math.Max(0, rate), "pulses/s")],
                isForced);
    }

    private void Flood()
    {
        _watch = loop.After(Second, Flood);
        if (!_isOpen) return;
        var edges = Interlocked.Read(ref _edges);
        var more = edges - _edgesSeen;
        _edgesSeen = edges;
        if (more <= settings.EdgesPerSecondMax) return;
        _isOpen = false;
        tap.Bus.Do(Close, (_, _) =>
        {
            publication.Fault($"the line floods: {more} edges in a second; not counted for now");
            loop.After(FloodPause, Open);
        });
    }

    private bool Close()
    {
        tap.Port.Close(settings.Line!.Line);
        return true;
    }
}
