using LightMq.Mqtt;

namespace LightMq.Fuzz.Reader;

/// <summary>
/// Inputs by the number, to each target in turn, on a thread of its own: an input that is never done with
/// is a finding too.
/// </summary>
internal sealed class ReaderRun(IReadOnlyList<ITarget> targets, TimeSpan inputTimeMax)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _done = [];
    private Finding? _finding;
    private (ITarget Target, int Seed)? _current;
    private long _steps;

    /// <summary>Every target that there is.</summary>
    public static IReadOnlyList<ITarget> All { get; } =
    [
        new PacketTarget(ProtocolVersion.V310), new PacketTarget(ProtocolVersion.V311),
        new PacketTarget(ProtocolVersion.V500), new PacketTarget(ProtocolVersion.V500, isFromServer: true),
        new WebSocketTarget(), new EngineTarget(), new CrowdTarget(),
    ];

    /// <summary>Inputs read, of all targets.</summary>
    public int Inputs
    {
        get
        {
            lock (_lock) return _done.Values.Sum();
        }
    }

    /// <summary>Runs seeds from the first on; stops at the first finding.</summary>
    /// <param name="first">First seed.</param>
    /// <param name="count">Seeds.</param>
    /// <param name="mayGoOn">Asked before each seed.</param>
    /// <returns>The finding; null where all is well.</returns>
    public Finding? Run(int first, int count, Func<bool>? mayGoOn = null)
    {
        var thread = new Thread(() => Work(first, count, mayGoOn ?? (static () => true)))
        {
            IsBackground = true, Name = "reader fuzz",
        };
        thread.Start();
        for (long seen = -1; !thread.Join(inputTimeMax);)
        {
            var steps = Interlocked.Read(ref _steps);
            if (steps == seen) return Stuck();
            seen = steps;
        }
        return _finding;
    }

    /// <summary>Inputs of each target.</summary>
    public string Summary()
    {
        lock (_lock) return string.Join(", ", _done.Select(one => $"{one.Key} {one.Value:N0}"));
    }

    private void Work(int first, int count, Func<bool> mayGoOn)
    {
        for (var seed = first; seed - first < count && _finding is null && mayGoOn(); seed++)
            foreach (var target in targets)
            {
                if (seed % target.Every != 0) continue;
                lock (_lock) _current = (target, seed);
                var finding = Check.Run(target, seed);
                Interlocked.Increment(ref _steps);
                lock (_lock) _done[target.Name] = _done.GetValueOrDefault(target.Name) + 1;
                if (finding is null) continue;
                _finding = finding;
                return;
            }
    }

    private Finding Stuck()
    {
        lock (_lock)
        {
            var (target, seed) = _current!.Value;
            return new Finding(target.Name, seed, $"not done after {inputTimeMax.TotalSeconds:F0} s",
                target.InputOf(seed));
        }
    }
}
