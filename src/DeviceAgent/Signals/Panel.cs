using System.Globalization;
using System.Text;
using LightMq.DeviceAgent.Settings;
using LightMq.Service;

namespace LightMq.DeviceAgent.Signals;

/// <summary>LEDs and button, and what they stand for. On the loop.</summary>
internal sealed class Panel(Parts parts)
{
    private const string Stream = "event";
    private const string OwnLed = "ACT";
    private readonly StatusLeds _leds = new(parts.Loop, parts.Time, parts.Log);
    private readonly List<Action> _leave = [];
    private Button? _button;
    private Alarm? _identifyEnd;
    private Signal _base = Signal.Starting;
    private bool _isResetAsked;
    private string _runtimeDirectory = "";
    private string _eventTopic = "";

    /// <summary>What the LEDs show.</summary>
    public Signal Signal => _leds.Signal ?? _base;

    /// <summary>What is wrong with the button; empty: nothing.</summary>
    public string Complaint => _button?.Complaint ?? "";

    /// <summary>These are the LEDs and the button now.</summary>
    public void Change(AgentSettings settings)
    {
        Clear();
        _runtimeDirectory = settings.State.RuntimeDirectory;
        _eventTopic = settings.BaseTopic + "/event";
        foreach (var led in LedsOf(settings))
        {
            if (led.Line is { } line)
            {
                var tap = parts.Gpio.Take(line.Chip);
                _leds.Add(new LineLamp(line, tap));
                _leave.Add(() => parts.Gpio.Leave(tap));
                continue;
            }
            var bus = parts.Buses.Take("leds");
            _leds.Add(new KernelLamp(settings.Board.Root, led.Led, bus));
            _leave.Add(() => parts.Buses.Leave(bus));
        }
        if (settings.Button is { } button) AddButton(button, settings.Press);
        Refresh();
    }

    // Without any named the board's own activity LED is taken, where it has one.
    private static IEnumerable<LedSettings> LedsOf(AgentSettings settings) =>
        settings.Leds.Count > 0 ? settings.Leds
        : Directory.Exists(Path.Combine(settings.Board.Root, "sys/class/leds", OwnLed)) ? [new(OwnLed, null)]
        : [];

    /// <summary>All dark, and no button.</summary>
    public void Clear()
    {
        _button?.Stop();
        _button = null;
        _leds.RemoveAll();
        foreach (var leave in _leave) leave();
        _leave.Clear();
    }

    /// <summary>How the agent is, apart from what a person has asked for.</summary>
    public void Show(Signal signal)
    {
        _base = signal;
        // What carries the reset out takes the request away.
        if (_isResetAsked && !File.Exists(RequestFile)) _isResetAsked = false;
        Refresh();
    }

    /// <summary>The board shows itself for a while; zero ends it.</summary>
    public void Identify(TimeSpan time, string cause)
    {
        _identifyEnd?.Cancel();
        _identifyEnd = time > TimeSpan.Zero ? parts.Loop.After(time, Refresh) : null;
        if (time > TimeSpan.Zero)
        {
            Log.Identify(parts.Log, time.TotalSeconds);
            Tell("identify", cause);
        }
        Refresh();
    }

    private string RequestFile => Path.Combine(_runtimeDirectory, "factory-reset-request");

    private void AddButton(ButtonSettings settings, PressSettings press)
    {
        var tap = parts.Gpio.Take(settings.Line.Chip);
        _leave.Add(() => parts.Gpio.Leave(tap));
        _button = new Button(settings, press, tap, parts.NewBackoff(), parts.Loop, parts.Time)
        {
            Identify = () => Identify(press.IdentifyFor, "button"),
            ArmedChanged = Refresh,
            Reset = AskForReset,
            Failed = complaint => Log.ButtonBad(parts.Log, complaint),
        };
        _button.Start();
    }

    private void AskForReset()
    {
        if (_runtimeDirectory.Length == 0)
        {
            Log.ResetNotAsked(parts.Log, "State:RuntimeDirectory is not set");
            return;
        }
        try
        {
            PrivateFile.Write(RequestFile, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
                $"{{\"by\":\"button\",\"time\":{parts.Telemetry.Now}}}\n")), isDurable: false);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            Log.ResetNotAsked(parts.Log, wrong.Message);
            return;
        }
        Log.ResetAsked(parts.Log);
        _isResetAsked = true;
        Tell("factory-reset", "button");
        Refresh();
    }

    private void Tell(string what, string cause) => parts.Telemetry.Send(Stream, _eventTopic, json =>
    {
        json.WriteNumber("sequence"u8, parts.Telemetry.Next(Stream));
        parts.Telemetry.WriteTime(json);
        json.WriteString("event"u8, what);
        json.WriteString("cause"u8, cause);
    });

    private void Refresh() => _leds.Show(
        _button?.IsArmed == true ? Signal.ResetArmed : _isResetAsked ? Signal.ResetAsked
            : _identifyEnd is { IsCancelled: false } ? Signal.Identify : _base);
}
