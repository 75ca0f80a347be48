using LightMq.DeviceAgent.Gpio;
using LightMq.DeviceAgent.Settings;
using LightMq.Service;

namespace LightMq.DeviceAgent.Signals;

/// <summary>
/// The button: pressed long, the board identifies itself; pressed very long, a factory reset is asked for.
/// That it is armed is seen before, and whoever lets go until then has done nothing. One that is pressed when
/// the agent starts, or shorted, does nothing until it was let go. On the loop.
/// </summary>
internal sealed class Button
{
    private const int EdgesPerSecondMax = 1_000;
    private static readonly TimeSpan Debounce = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ArmedFor = TimeSpan.FromSeconds(3);
    private readonly PressSettings _press;
    private readonly Loop _loop;
    private readonly WatchedLine _line;
    private readonly List<Alarm> _alarms = [];
    private bool? _isDown;

    /// <param name="settings">Where it is.</param>
    /// <param name="press">How long it is pressed for what.</param>
    /// <param name="tap">Its chip.</param>
    /// <param name="backoff">Between tries to open it.</param>
    /// <param name="loop">The loop.</param>
    /// <param name="time">The clock.</param>
    public Button(ButtonSettings settings, PressSettings press, GpioTap tap, Backoff backoff, Loop loop,
        TimeProvider time)
    {
        (_press, _loop, Tap) = (press, loop, tap);
        _line = new WatchedLine(
            new WatchSettings(settings.Line, settings.Pull, Debounce, EdgesPerSecondMax), tap, backoff, loop,
                time)
        {
            Settled = Settled, Failed = Broken,
        };
    }

    /// <summary>Its chip.</summary>
    public GpioTap Tap { get; }

    /// <summary>Whether a factory reset happens if it stays pressed.</summary>
    public bool IsArmed { get; private set; }

    /// <summary>What is wrong; empty: nothing.</summary>
    public string Complaint { get; private set; } = "";

    /// <summary>It was pressed long.</summary>
    public required Action Identify { get; init; }

    /// <summary>It became armed, or is not any more.</summary>
    public required Action ArmedChanged { get; init; }

    /// <summary>It was pressed very long.</summary>
    public required Action Reset { get; init; }

    /// <summary>It cannot be watched.</summary>
    public required Action<string> Failed { get; init; }

    /// <summary>Begins.</summary>
    public void Start() => _line.Start();

    /// <summary>Ends.</summary>
    public void Stop()
    {
        Cancel();
        _line.Stop();
    }

    private void Settled(bool isDown, int edges)
    {
        Complaint = "";
        var before = _isDown;
        _isDown = isDown;
        if (!isDown) Cancel();
        else if (before == false) Pressed();
    }

    private void Pressed()
    {
        Cancel();
        _alarms.Add(_loop.After(_press.Identify, () => Identify()));
        _alarms.Add(_loop.After(_press.Reset - ArmedFor, () => Arm(true)));
        _alarms.Add(_loop.After(_press.Reset, () =>
        {
            Arm(false);
            Reset();
        }));
    }

    private void Cancel()
    {
        foreach (var alarm in _alarms) alarm.Cancel();
        _alarms.Clear();
        Arm(false);
    }

    private void Arm(bool isArmed)
    {
        if (isArmed == IsArmed) return;
        IsArmed = isArmed;
        ArmedChanged();
    }

    private void Broken(string complaint)
    {
        _isDown = null;
        Cancel();
        if (complaint != Complaint) Failed(complaint);
        Complaint = complaint;
    }
}
