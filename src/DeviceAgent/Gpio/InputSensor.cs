using LightMq.DeviceAgent.Sensors;
using LightMq.DeviceAgent.Settings;
using LightMq.Service;

namespace LightMq.DeviceAgent.Gpio;

/// <summary>
/// A line whose changes are published, at most so many in a second; what comes faster is put together and
/// counted. On the loop.
/// </summary>
internal sealed class InputSensor : ISensor
{
    private readonly SensorSettings _settings;
    private readonly Loop _loop;
    private readonly WatchedLine _line;
    private bool? _isOn;
    private bool? _told;
    private int _edges;
    private int _changes;
    private long _toldAt = long.MinValue / 2;
    private Alarm? _held;
    private Alarm? _silence;

    /// <param name="settings">The sensor.</param>
    /// <param name="tap">Its chip.</param>
    /// <param name="publication">What becomes of its readings.</param>
    /// <param name="backoff">Between tries to open it.</param>
    /// <param name="loop">The loop.</param>
    /// <param name="time">The clock.</param>
    public InputSensor(SensorSettings settings, GpioTap tap, Publication publication, Backoff backoff,
        Loop loop, TimeProvider time)
    {
        (_settings, _loop, Publication) = (settings, loop, publication);
        _line = new WatchedLine(
            new WatchSettings(settings.Line!, settings.Pull, settings.Debounce, settings.EdgesPerSecondMax),
            tap, backoff, loop, time)
        {
            Settled = Settled, Failed = Failed,
        };
    }

    /// <inheritdoc/>
    public Publication Publication { get; }

    /// <inheritdoc/>
    public void Start()
    {
        _line.Start();
        Silence();
    }

    /// <inheritdoc/>
    public void Stop()
    {
        _line.Stop();
        _held?.Cancel();
        _silence?.Cancel();
        Publication.Flush();
    }

    /// <inheritdoc/>
    public void ReadNow()
    {
        _told = null;
        _line.ReadNow();
    }

    // What does not change is told now and then, so that silence means something.
    private void Silence() => _silence = _loop.After(_settings.Interval, () =>
    {
        ReadNow();
        Silence();
    });

    private void Settled(bool isOn, int edges)
    {
        if (isOn != _isOn) _changes++;
        _isOn = isOn;
        _edges += edges;
        // There and back while the rate held them is news as well; there and back within the debounce time is
        // not.
        if (_changes == 0 && _told is not null) return;
        if (_held is { IsCancelled: false }) return;
        var least = 1_000 / _settings.EventsPerSecondMax;
        var wait = _toldAt + least - _loop.Now;
        if (wait <= 0) Tell();
        else _held = _loop.After(TimeSpan.FromMilliseconds(wait), Tell);
    }

    private void Tell()
    {
        if (_isOn is not { } isOn) return;
        (_told, _toldAt) = (isOn, _loop.Now);
        Publication.Take(
            [new Measure("state", isOn ? 1 : 0, "", 0, 1), new Measure("edges", _edges, "")], isForced: true);
        (_edges, _changes) = (0, 0);
    }

    private void Failed(string complaint)
    {
        (_isOn, _told, _edges, _changes) = (null, null, 0, 0);
        Publication.Fault(complaint);
    }
}
