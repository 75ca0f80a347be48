using System.Text.Json;
using LightMq.DeviceAgent.Gpio;
using LightMq.DeviceAgent.Sensors;
using LightMq.DeviceAgent.Settings;
using LightMq.DeviceAgent.Signals;
using LightMq.Service;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

namespace LightMq.DeviceAgent.State;

/// <summary>
/// Shows how the agent is: a line for systemd, a line in the log when it changes, and a file. On the loop.
/// </summary>
/// <param name="path">The file; empty: none.</param>
/// <param name="systemd">Null where systemd did not start us.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Log.</param>
internal sealed class StatusBoard(string path, NotifySocket? systemd, TimeProvider time, ILogger log)
{
    private const int LineCharactersMax = 200;
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite
        | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private readonly LineLimit _limit = new(time);
    private long _writtenAt;
    private byte[] _written = [];
    private string _line = "";
    private Signal? _signal;

    /// <summary>Looks, once a second, and shows what has changed.</summary>
    public void Show(AgentView view)
    {
        var line = Line(view);
        var isNews = line != _line;
        if (isNews) systemd?.Notify(new ServiceState("STATUS=" + line));
        _line = line;
        if (view.Signal != _signal) Log.State(log, line);
        _signal = view.Signal;
        // Figures change all the time; the processor has better to do than to write each.
        if (path.Length == 0 || !isNews && time.GetElapsedTime(_writtenAt) < Pause) return;
        _writtenAt = time.GetTimestamp();
        var json = Json(view, line);
        if (json.AsSpan().SequenceEqual(_written)) return;
        try
        {
            PrivateFile.Write(path, json, isDurable: false, Readable);
            _written = json;
            _limit.Reset();
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            if (_limit.IsDue(out _)) Log.CannotWrite(log, path, wrong.Message);
        }
    }

    /// <summary>The one line that tells the truth.</summary>
    public static string Line(AgentView view)
    {
        var read = view.Sensors.Count(static sensor => sensor.Quality == Quality.Good);
        var text = $"{Pattern.Word(view.Signal)}; {read} of {view.Sensors.Count} sensors read";
        if (view.IsConnected && !view.IsListening && view.Settings.Commands.Topic.Length > 0)
            text += ", no commands: the broker refuses them";
        foreach (var bus in view.HungBuses) text += $", bus {bus} hangs";
        foreach (var output in view.Outputs)
            if (output.Complaint.Length > 0) text += $", {output.Settings.Name}: {output.Complaint}";
        foreach (var sensor in view.Sensors)
            if (sensor.Complaint.Length > 0) text += $", {sensor.Sensor.Name}: {sensor.Complaint}";
        if (!view.IsConnected) text += $"; broker away ({view.Reason})";
        return text.Length <= LineCharactersMax ? text : text[..(LineCharactersMax - 1)] + "…";
    }

    private static byte[] Json(AgentView view, string line)
    {
        var (telemetry, skipped) = (view.Telemetry, view.Outbox.Skipped);
        return Telemetry.Compose(json =>
        {
            json.WriteString("state"u8, Pattern.Word(view.Signal));
            json.WriteString("line"u8, line);
            json.WriteString("board"u8, view.Settings.ClientId);
            json.WriteNumber("start"u8, view.Start);
            json.WriteString("clock"u8, view.Clock);
            json.WriteBoolean("connected"u8, view.IsConnected);
            json.WriteBoolean("commands"u8, view.IsListening);
            json.WriteString("reason"u8, view.Reason);
            json.WriteString("uplink"u8, view.Uplink);
            json.WriteNumber("waiting"u8, view.Outbox.Count);
            json.WriteNumber("delivered"u8, view.Outbox.Delivered);
            json.WriteNumber("skipped"u8, skipped.Values.Sum());
            json.WriteString("button"u8, view.ButtonComplaint);
            json.WriteStartArray("hungBuses"u8);
            foreach (var bus in view.HungBuses) json.WriteStringValue(bus);
            json.WriteEndArray();
            json.WriteStartArray("sensors"u8);
            foreach (var sensor in view.Sensors)
                Write(json, sensor, telemetry, skipped.GetValueOrDefault(sensor.Sensor.Name));
            json.WriteEndArray();
            json.WriteStartArray("outputs"u8);
            foreach (var output in view.Outputs) Write(json, output);
            json.WriteEndArray();
        }, isIndented: true);
    }

    private static void Write(Utf8JsonWriter json, Publication sensor, Telemetry telemetry, long skipped)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, sensor.Sensor.Name);
        json.WriteString("kind"u8, SensorReader.Word(sensor.Sensor.Kind));
        json.WriteString("bus"u8, sensor.Sensor.BusName);
        json.WriteString("quality"u8, Publication.Word(sensor.Quality));
        json.WriteString("reason"u8, sensor.Complaint);
        json.WriteNumber("sequence"u8, telemetry.Last(sensor.Sensor.Name));
        json.WriteNumber("faults"u8, sensor.Faults);
        json.WriteNumber("skipped"u8, skipped);
        json.WriteStartObject("values"u8);
        foreach (var (name, value, _) in sensor.Last) json.WriteNumber(name, value);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, OutputLine output)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, output.Settings.Name);
        json.WriteString("state"u8, OutputLine.Word(output.IsOn));
        json.WriteString("reason"u8, output.Complaint);
        json.WriteEndObject();
    }
}
