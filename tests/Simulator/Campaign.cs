using System.Diagnostics;
using LightMq.Simulator.Chain;
using LightMq.Simulator.World;

namespace LightMq.Simulator;

/// <summary>Runs many seeds, each on one thread, some at a time, and tells what failed.</summary>
public sealed class Campaign(TextWriter output, int threads, bool isChain = false)
{
    private readonly Lock _gate = new();
    private readonly List<Outcome> _failures = [];
    private readonly Tally _tally = new();
    private long _done;

    /// <summary>Seeds that failed.</summary>
    public IReadOnlyList<Outcome> Failures => _failures;

    /// <summary>What happened how often, over all seeds.</summary>
    public Tally Tally => _tally;

    /// <summary>Seeds that once failed.</summary>
    public static IReadOnlyList<int> Remembered { get; } = Read("Seeds.txt");

    /// <summary>Those of the chain.</summary>
    public static IReadOnlyList<int> RememberedOfChain { get; } = Read("ChainSeeds.txt");

    /// <summary>
    /// Runs the remembered seeds, then <paramref name="count"/> from <paramref name="first"/> on.
    /// </summary>
    public void Run(int first, int count)
    {
        output.WriteLine($"{(isChain ? "chain, " : "")}seeds {first} to {(long)first + count - 1}");
        var clock = Stopwatch.StartNew();
        var seeds = (isChain ? RememberedOfChain : Remembered).Concat(Enumerable.Range(first, count));
        Parallel.ForEach(seeds, new ParallelOptions { MaxDegreeOfParallelism = threads }, RunOne);
        var rate = _done / clock.Elapsed.TotalSeconds;
        output.WriteLine($"{_tally}");
        output.WriteLine($"{_done} seeds, {_failures.Count} failed, {rate:F1} seeds/s");
    }

    private static int[] Read(string name) => [.. File
        .ReadLines(Path.Combine(AppContext.BaseDirectory, name))
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => int.Parse(line.Split(' ')[0]))];

    private void RunOne(int seed)
    {
        var outcome = isChain ? ChainSimulation.Run(seed) : Simulation.Run(seed);
        lock (_gate)
        {
            _done++;
            _tally.Add(outcome.Tally);
            _tally.Count("events", outcome.Steps);
            _tally.Count("deliveries", outcome.Deliveries);
            if (_done % 500 == 0) output.WriteLine($"{_done} seeds done");
            if (outcome.Failure == null) return;
            _failures.Add(outcome);
            output.WriteLine($"{(isChain ? "chain " : "seed ")}{seed} failed: {outcome.Failure.Message}");
        }
    }
}
