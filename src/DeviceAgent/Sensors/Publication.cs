using System.Globalization;
using System.Text.Json;
using LightMq.DeviceAgent.Settings;
using Microsoft.Extensions.Logging;

namespace LightMq.DeviceAgent.Sensors;

/// <summary>
/// What becomes of a sensor's readings: scaled, checked, held back within the dead band, gathered in batches,
/// sent. What is wrong is told once. On the loop.
/// </summary>
internal sealed class Publication(SensorSettings sensor, Telemetry telemetry, Loop loop, ILogger log)
{
    private readonly PublishSettings _settings = sensor.Publish;
    private readonly List<Entry> _batch = [];
    private readonly LineBudget _lines = new(loop);
    private Dictionary<string, double> _told = [];
    private long _toldAt;
    private Quality _toldQuality;
    private Alarm? _batchDue;

    /// <summary>The sensor.</summary>
    public SensorSettings Sensor => sensor;

    /// <summary>How good the last reading was.</summary>
    public Quality Quality { get; private set; }

    /// <summary>What is wrong; empty: nothing.</summary>
    public string Complaint { get; private set; } = "";

    /// <summary>The last values with their units, as they would be published.</summary>
    public IReadOnlyList<(string Name, double Value, string Unit)> Last { get; private set; } = [];

    /// <summary>Readings that could not be taken.</summary>
    public long Faults { get; private set; }

    /// <summary>A reading.</summary>
    /// <param name="measures">Its quantities, the kind's first one first.</param>
    /// <param name="isForced">Publish it whatever the dead band says.</param>
    public void Take(IReadOnlyList<Measure> measures, bool isForced = false)
    {
        var values = new List<(string Name, double Value, string Unit)>();
        var complaint = "";
        for (var i = 0; i < measures.Count; i++)
        {
            var measure = measures[i];
            var settings = SettingsOf(measure.Name, isFirst: i == 0);
            var value = Math.Round(measure.Value * settings.Factor + settings.Offset, settings.Decimals,
                MidpointRounding.AwayFromZero) + 0.0;
            if (!measure.IsSound)
                complaint = OutsideOf(measure);
            else if (!double.IsFinite(value)) complaint = $"{measure.Name} is no number";
            else
                values.Add((settings.As.Length > 0 ? settings.As : measure.Name, value,
                    settings.Unit.Length > 0 ? settings.Unit : measure.Unit));
        }
        if (values.Count == 0)
        {
            Fault(complaint.Length > 0 ? complaint : "it gives no values");
            return;
        }
        Judge(complaint.Length == 0 ? Quality.Good : Quality.Partial, complaint);
        Last = values;
        if (isForced || IsDue(values, measures)) Tell(values);
    }

    /// <summary>It cannot be read.</summary>
    public void Fault(string complaint)
    {
        Faults++;
        var isNew = Quality != Quality.Bad || complaint != Complaint;
        Judge(Quality.Bad, complaint);
        if (!isNew && loop.Now - _toldAt < _settings.SilenceMax.TotalMilliseconds) return;
        Last = [];
        Flush();
        Tell([]);
        Flush();
    }

    /// <summary>Sends what is gathered.</summary>
    public void Flush()
    {
        _batchDue?.Cancel();
        _batchDue = null;
        if (_batch.Count == 0) return;
        telemetry.Send(sensor.Name, _settings.Topic, Write);
        _batch.Clear();
    }

    private ValueSettings SettingsOf(string name, bool isFirst)
    {
        foreach (var value in _settings.Values)
            if (value.Name == name) return value;
        return isFirst ? _settings.Values[0] : ValueSettings.Plain;
    }

    private static string OutsideOf(Measure measure) => string.Create(CultureInfo.InvariantCulture,
        $"{measure.Name} is outside {measure.Min} to {measure.Max} {measure.Unit}").TrimEnd();

    private void Judge(Quality quality, string complaint)
    {
        if (complaint.Length > 0 && complaint != Complaint && _lines.IsDue(out _))
            Log.SensorBad(log, sensor.Name, complaint);
        if (complaint.Length == 0 && Complaint.Length > 0 && _lines.IsDue(out _))
            Log.SensorGood(log, sensor.Name);
        (Quality, Complaint) = (quality, complaint);
    }

    private bool IsDue(
        List<(string Name, double Value, string Unit)> values, IReadOnlyList<Measure> measures)
    {
        if (Quality != _toldQuality || values.Count != _told.Count) return true;
        if (loop.Now - _toldAt >= _settings.SilenceMax.TotalMilliseconds) return true;
        foreach (var (name, value, _) in values)
        {
            if (!_told.TryGetValue(name, out var told)) return true;
            if (Math.Abs(value - told) >= BandOf(name, measures)) return true;
        }
        return false;
    }

    private double BandOf(string shown, IReadOnlyList<Measure> measures)
    {
        for (var i = 0; i < measures.Count; i++)
        {
            var settings = SettingsOf(measures[i].Name, isFirst: i == 0);
            if ((settings.As.Length > 0 ? settings.As : measures[i].Name) == shown) return settings.DeadBand;
        }
        return 0;
    }

    private void Tell(List<(string Name, double Value, string Unit)> values)
    {
        _told = [];
        foreach (var (name, value, _) in values) _told[name] = value;
        (_toldAt, _toldQuality) = (loop.Now, Quality);
        _batch.Add(new Entry(telemetry.Next(sensor.Name), telemetry.Now, telemetry.IsClockTrusted, Quality,
            Complaint, values));
        if (_batch.Count >= _settings.Batch) Flush();
        else _batchDue ??= loop.After(_settings.BatchMax, Flush);
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteString("sensor"u8, sensor.Name);
        json.WriteString("kind"u8, SensorReader.Word(sensor.Kind));
        if (_batch.Count == 1) Write(json, _batch[0]);
        else
        {
            json.WriteStartArray("readings"u8);
            foreach (var entry in _batch)
            {
                json.WriteStartObject();
                Write(json, entry);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        var units = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in _batch)
            foreach (var (name, _, unit) in entry.Values)
                if (unit.Length > 0) units[name] = unit;
        if (units.Count == 0) return;
        json.WriteStartObject("units"u8);
        foreach (var (name, unit) in units) json.WriteString(name, unit);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Entry entry)
    {
        json.WriteNumber("sequence"u8, entry.Sequence);
        json.WriteNumber("time"u8, entry.Time);
        json.WriteString("clock"u8, Telemetry.Word(entry.IsClockTrusted));
        json.WriteString("quality"u8, Word(entry.Quality));
        if (entry.Complaint.Length > 0) json.WriteString("reason"u8, entry.Complaint);
        if (entry.Values.Count == 0) return;
        json.WriteStartObject("values"u8);
        foreach (var (name, value, _) in entry.Values) json.WriteNumber(name, value);
        json.WriteEndObject();
    }

    /// <summary>How a quality is told.</summary>
    public static string Word(Quality quality) => quality switch
    {
        Quality.Good => "good",
        Quality.Partial => "partial",
        Quality.Bad => "bad",
        _ => "unread",
    };

    private sealed record Entry(
        long Sequence, long Time, bool IsClockTrusted, Quality Quality, string Complaint,
        IReadOnlyList<(string Name, double Value, string Unit)> Values);
}
