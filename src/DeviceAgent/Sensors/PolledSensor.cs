using LightMq.DeviceAgent.Buses;
using LightMq.DeviceAgent.Probes;
using LightMq.DeviceAgent.Settings;
using LightMq.Service;

namespace LightMq.DeviceAgent.Sensors;

/// <summary>Something that gives readings. On the loop.</summary>
internal interface ISensor
{
    /// <summary>What becomes of its readings.</summary>
    Publication Publication { get; }

    /// <summary>Begins.</summary>
    void Start();

    /// <summary>Ends; what is gathered is sent.</summary>
    void Stop();

    /// <summary>Publishes a reading now.</summary>
    void ReadNow();
}

/// <summary>
/// A sensor that is asked at its rate, on its bus's thread. One that fails is opened anew, at growing
/// intervals.
/// </summary>
internal sealed class PolledSensor(
    SensorSettings settings, BusLine bus, Func<IProbe> open, Publication publication, Backoff backoff,
    Loop loop)
    : ISensor
{
    private static readonly TimeSpan HungLook = TimeSpan.FromSeconds(1);
    private IProbe? _probe;
    private Alarm? _due;
    private bool _isAsked;
    private bool _isForced;
    private bool _isOver;

    /// <inheritdoc/>
    public Publication Publication => publication;

    /// <inheritdoc/>
    public void Start() => Ask();

    /// <inheritdoc/>
    public void Stop()
    {
        _isOver = true;
        _due?.Cancel();
        publication.Flush();
        bus.Do(Close, static (_, _) => { });
    }

    /// <inheritdoc/>
    public void ReadNow()
    {
        _isForced = true;
        if (_isAsked) return;
        _due?.Cancel();
        Ask();
    }

    private void Ask()
    {
        if (bus.IsHung)
        {
            publication.Fault(bus.Complaint);
            Again(settings.Interval > HungLook ? settings.Interval : HungLook);
            return;
        }
        Again(settings.Interval);
        if (_isAsked) return;
        _isAsked = true;
        bus.Do(Read, Took);
    }

    private void Again(TimeSpan wait) => _due = loop.After(wait, Ask);

    private void Took(IReadOnlyList<Measure>? measures, string? fault)
    {
        _isAsked = false;
        if (_isOver) return;
        if (fault is null)
        {
            backoff.Reset();
            publication.Take(measures!, _isForced);
            _isForced = false;
            return;
        }
        publication.Fault(fault);
        var wait = backoff.Next();
        _due?.Cancel();
        Again(wait > settings.Interval ? wait : settings.Interval);
    }

    // On the bus's thread, as Close. A probe that failed is opened anew: it may have been without power.
    private IReadOnlyList<Measure> Read()
    {
        var isRead = false;
        try
        {
            _probe ??= open();
            var measures = _probe.Read();
            isRead = true;
            return measures;
        }
        finally
        {
            if (!isRead) Close();
        }
    }

    private bool Close()
    {
        _probe?.Dispose();
        _probe = null;
        return true;
    }
}
