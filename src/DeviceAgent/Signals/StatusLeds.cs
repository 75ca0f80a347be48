using LightMq.Service;
using Microsoft.Extensions.Logging;

namespace LightMq.DeviceAgent.Signals;

/// <summary>Plays the signal's pattern on all LEDs. On the loop.</summary>
internal sealed class StatusLeds(Loop loop, TimeProvider time, ILogger log)
{
    private const int RetryMilliseconds = 10_000;
    private readonly List<Place> _places = [];
    private readonly LineLimit _limit = new(time);
    private Signal? _signal;
    private int _step;
    private bool _isOn;
    private Alarm? _next;

    /// <summary>What is shown.</summary>
    public Signal? Signal => _signal;

    /// <summary>An LED more.</summary>
    public void Add(ILamp lamp)
    {
        var place = new Place(lamp);
        _places.Add(place);
        if (_signal is not null) Put(place);
    }

    /// <summary>All LEDs, without them from now on.</summary>
    public IReadOnlyList<ILamp> RemoveAll()
    {
        var lamps = _places.Select(static place => place.Lamp).ToArray();
        _places.Clear();
        foreach (var lamp in lamps)
            lamp.Bus.Do(() =>
            {
                lamp.Close();
                return true;
            }, static (_, _) => { });
        return lamps;
    }

    /// <summary>Shows something else.</summary>
    public void Show(Signal signal)
    {
        if (signal == _signal) return;
        _signal = signal;
        _next?.Cancel();
        _step = 0;
        Step();
    }

    private void Step()
    {
        var pattern = Pattern.Of(_signal!.Value);
        _isOn = _step % 2 == 0;
        foreach (var place in _places) Put(place);
        if (pattern.Length == 0) return;
        _next = loop.After(TimeSpan.FromMilliseconds(pattern[_step]), Step);
        _step = (_step + 1) % pattern.Length;
    }

    // One change at a time is under way to an LED; what it missed meanwhile it makes up for.
    private void Put(Place place)
    {
        if (place.IsUnderWay || place.Shown == _isOn || loop.Now < place.RetryAt) return;
        var isOn = _isOn;
        place.IsUnderWay = true;
        place.Lamp.Bus.Do(() =>
        {
            place.Lamp.Set(isOn);
            return true;
        }, (_, fault) =>
        {
            place.IsUnderWay = false;
            if (fault is null) place.Shown = isOn;
            else
            {
                place.RetryAt = loop.Now + RetryMilliseconds;
                loop.After(TimeSpan.FromMilliseconds(RetryMilliseconds), () => Again(place));
                if (_limit.IsDue(out int _)) Log.LedBad(log, fault);
            }
            Again(place);
        });
    }

    private void Again(Place place)
    {
        if (_places.Contains(place)) Put(place);
    }

    private sealed class Place(ILamp lamp)
    {
        public ILamp Lamp => lamp;
        public bool? Shown { get; set; }
        public bool IsUnderWay { get; set; }
        public long RetryAt { get; set; }
    }
}
