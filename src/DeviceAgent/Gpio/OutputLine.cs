using System.Text.Json;
using LightMq.DeviceAgent.Sensors;
using LightMq.DeviceAgent.Settings;
using LightMq.Service;
using Microsoft.Extensions.Logging;

namespace LightMq.DeviceAgent.Gpio;

/// <summary>
/// An output: safe from the moment it is opened; on by command, never longer than it may; safe again when
/// contact is lost and at the stop. On the loop.
/// </summary>
internal sealed class OutputLine(
    OutputSettings settings, GpioTap tap, Telemetry telemetry, Backoff backoff, Loop loop, ILogger log)
{
    private readonly string _stream = "output " + settings.Name;
    private Alarm? _end;
    private bool _isOpen;
    private bool _isOver;
    private bool _isContactLost;
    // What its line becomes once all that was asked for is done.
    private bool _asked = settings.IsSafeOn;

    /// <summary>What it is.</summary>
    public OutputSettings Settings => settings;

    /// <summary>Whether it is on; null: it is not known.</summary>
    public bool? IsOn { get; private set; }

    /// <summary>What is wrong; empty: nothing.</summary>
    public string Complaint { get; private set; } = "";

    /// <summary>Opens it, in its safe state.</summary>
    public void Start() => Open("start");

    /// <summary>Makes it safe and closes it; <paramref name="closed"/> once that is done.</summary>
    public void Stop(Action closed)
    {
        var isOpen = _isOpen;
        _isOver = true;
        _end?.Cancel();
        tap.Bus.Do(() =>
        {
            if (isOpen) tap.Port.Write(settings.Line.Line, Level(settings.IsSafeOn));
            tap.Port.Close(settings.Line.Line);
            return true;
        }, (_, fault) =>
        {
            Became(fault is null ? settings.IsSafeOn : null, fault ?? "", "stop");
            closed();
        });
    }

    /// <summary>A command.</summary>
    /// <param name="isOn">What it is to be; null: safe.</param>
    /// <param name="time">After this time it is to be safe again; zero: no bound by the command.</param>
    /// <param name="cause">Who wants it.</param>
    /// <param name="done">What is wrong; null: nothing.</param>
    public void Set(bool? isOn, TimeSpan time, string cause, Action<string?> done)
    {
        if (!_isOpen) done(Complaint.Length > 0 ? Complaint : "it is not open yet");
        else if (tap.Bus.IsHung) done(tap.Bus.Complaint);
        else if (_isContactLost && isOn is { } wanted && wanted != settings.IsSafeOn) done("contact is lost");
        else Write(isOn ?? settings.IsSafeOn, time, cause, done);
    }

    /// <summary>How long there has been no contact; once a second.</summary>
    public void Tick(TimeSpan withoutContact)
    {
        var isLost = settings.ContactMax > TimeSpan.Zero && withoutContact >= settings.ContactMax;
        if (isLost && !_isContactLost && _isOpen && _asked != settings.IsSafeOn)
        {
            Log.OutputSafe(log, settings.Name, "contact is lost");
            Write(settings.IsSafeOn, TimeSpan.Zero, "contact lost", static _ => { });
        }
        _isContactLost = isLost;
    }

    private bool Level(bool isOn) => isOn != settings.Line.IsActiveLow;

    private void Open(string cause)
    {
        if (_isOver) return;
        tap.Bus.Do(() =>
        {
            tap.Port.Close(settings.Line.Line);
            tap.Port.OpenOutput(settings.Line.Line, Level(settings.IsSafeOn));
            return true;
        }, (_, fault) =>
        {
            if (_isOver) return;
            _isOpen = fault is null;
            _asked = settings.IsSafeOn;
            if (_isOpen) backoff.Reset();
            Became(_isOpen ? settings.IsSafeOn : null, fault ?? "", cause);
            if (!_isOpen) loop.After(backoff.Next(), () => Open(cause));
        });
    }

    private void Write(bool isOn, TimeSpan time, string cause, Action<string?> done)
    {
        _asked = isOn;
        tap.Bus.Do(() =>
        {
            tap.Port.Write(settings.Line.Line, Level(isOn));
            return true;
        }, (_, fault) =>
        {
            if (_isOver)
            {
                done("the agent stops");
                return;
            }
            _end?.Cancel();
            Became(fault is null ? isOn : null, fault ?? "", cause);
            done(fault);
            // Opening it anew makes it safe.
            if (fault is not null)
            {
                _isOpen = false;
                loop.After(backoff.Next(), () => Open("recovered"));
            }
            else Bound(isOn, time);
        });
    }

    private void Bound(bool isOn, TimeSpan time)
    {
        var (most, cause) = (time, "its time is over");
        if (isOn && settings.OnMax > TimeSpan.Zero && (most == TimeSpan.Zero || most > settings.OnMax))
            (most, cause) = (settings.OnMax, "on for its longest time");
        if (most > TimeSpan.Zero && isOn != settings.IsSafeOn)
            _end = loop.After(most, () => Expire(cause));
    }

    private void Expire(string cause) => Write(settings.IsSafeOn, TimeSpan.Zero, cause, static _ => { });

    private void Became(bool? isOn, string complaint, string cause)
    {
        if (complaint.Length > 0 && complaint != Complaint) Log.OutputBad(log, settings.Name, complaint);
        var isNews = isOn != IsOn || complaint != Complaint || cause != "start";
        (IsOn, Complaint) = (isOn, complaint);
        if (isNews) telemetry.Send(_stream, settings.Topic, json => Write(json, cause));
    }

    private void Write(Utf8JsonWriter json, string cause)
    {
        json.WriteString("output"u8, settings.Name);
        json.WriteNumber("sequence"u8, telemetry.Next(_stream));
        telemetry.WriteTime(json);
        json.WriteString("state"u8, Word(IsOn));
        json.WriteString("cause"u8, cause);
        if (Complaint.Length > 0) json.WriteString("reason"u8, Complaint);
    }

    /// <summary>How a state is told.</summary>
    public static string Word(bool? isOn) => isOn switch { true => "on", false => "off", _ => "unknown" };
}
