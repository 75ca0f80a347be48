using LightMq.DeviceAgent.Gpio;
using LightMq.DeviceAgent.Probes;
using LightMq.DeviceAgent.Settings;
using LightMq.DeviceAgent.State;

namespace LightMq.DeviceAgent.Sensors;

/// <summary>All sensors. On the loop.</summary>
/// <param name="parts">What they are made with.</param>
/// <param name="rack">Opens those that are asked.</param>
/// <param name="totals">Totals of counters.</param>
internal sealed class SensorDesk(Parts parts, ProbeRack rack, CounterFile totals)
{
    private readonly SortedDictionary<string, (ISensor Sensor, Action Leave)> _sensors =
        new(StringComparer.Ordinal);

    /// <summary>All of them, by name.</summary>
    public IEnumerable<ISensor> All => _sensors.Values.Select(static entry => entry.Sensor);

    /// <summary>One; null: there is none of that name.</summary>
    public ISensor? Find(string name) => _sensors.TryGetValue(name, out var entry) ? entry.Sensor : null;

    /// <summary>These are the sensors now: one that has not changed is not touched.</summary>
    /// <returns>How many were changed.</returns>
    public int Change(IReadOnlyList<SensorSettings> sensors)
    {
        var kept = sensors.Where(sensor => Find(sensor.Name)?.Publication.Sensor == sensor)
            .Select(static sensor => sensor.Name).ToHashSet(StringComparer.Ordinal);
        var gone = _sensors.Keys.Where(name => !kept.Contains(name)).ToArray();
        foreach (var name in gone) Remove(name);
        var fresh = sensors.Where(sensor => !kept.Contains(sensor.Name)).ToArray();
        foreach (var sensor in fresh) Add(sensor);
        return Math.Max(gone.Length, fresh.Length);
    }

    private void Remove(string name)
    {
        var (sensor, leave) = _sensors[name];
        sensor.Stop();
        leave();
        _sensors.Remove(name);
    }

    private void Add(SensorSettings sensor)
    {
        var publication = new Publication(sensor, parts.Telemetry, parts.Loop, parts.Log);
        var backoff = parts.NewBackoff(sensor.RetryMax);
        ISensor made;
        if (sensor.Kind is SensorKind.GpioInput or SensorKind.GpioCounter)
        {
            var tap = parts.Gpio.Take(sensor.Line!.Chip);
            made = sensor.Kind == SensorKind.GpioInput
                ? new InputSensor(sensor, tap, publication, backoff, parts.Loop, parts.Time)
                : new PulseCounter(sensor, tap, totals, publication, backoff, parts.Loop, parts.Time);
            _sensors.Add(sensor.Name, (made, () => parts.Gpio.Leave(tap)));
        }
        else
        {
            var bus = parts.Buses.Take(sensor.BusName);
            made = new PolledSensor(sensor, bus, () => rack.Open(sensor), publication, backoff, parts.Loop);
            _sensors.Add(sensor.Name, (made, () => parts.Buses.Leave(bus)));
        }
        made.Start();
    }
}
