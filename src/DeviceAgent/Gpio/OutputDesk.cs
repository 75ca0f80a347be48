using LightMq.DeviceAgent.Settings;

namespace LightMq.DeviceAgent.Gpio;

/// <summary>All outputs. On the loop.</summary>
/// <param name="parts">What they are made with.</param>
internal sealed class OutputDesk(Parts parts)
{
    private readonly SortedDictionary<string, (OutputLine Line, GpioTap Tap)> _outputs =
        new(StringComparer.Ordinal);

    /// <summary>All of them, by name.</summary>
    public IEnumerable<OutputLine> All => _outputs.Values.Select(static entry => entry.Line);

    /// <summary>One; null: there is none of that name.</summary>
    public OutputLine? Find(string name) => _outputs.TryGetValue(name, out var entry) ? entry.Line : null;

    /// <summary>
    /// These are the outputs now: one that has not changed keeps its state; one that goes is made safe.
    /// </summary>
    /// <param name="outputs">The outputs.</param>
    /// <param name="done">Those that went are safe.</param>
    /// <returns>How many were changed.</returns>
    public int Change(IReadOnlyList<OutputSettings> outputs, Action done)
    {
        var kept = outputs.Where(output => Find(output.Name)?.Settings == output)
            .Select(static output => output.Name).ToHashSet(StringComparer.Ordinal);
        var gone = _outputs.Keys.Where(name => !kept.Contains(name)).ToArray();
        var left = gone.Length;
        if (left == 0) done();
        foreach (var name in gone)
        {
            var (line, tap) = _outputs[name];
            _outputs.Remove(name);
            line.Stop(() =>
            {
                if (--left == 0) done();
            });
            parts.Gpio.Leave(tap);
        }
        var fresh = outputs.Where(output => !kept.Contains(output.Name)).ToArray();
        foreach (var output in fresh)
        {
            var tap = parts.Gpio.Take(output.Line.Chip);
            var line =
                new OutputLine(output, tap, parts.Telemetry, parts.NewBackoff(), parts.Loop, parts.Log);
            _outputs.Add(output.Name, (line, tap));
            line.Start();
        }
        return Math.Max(gone.Length, fresh.Length);
    }
}
