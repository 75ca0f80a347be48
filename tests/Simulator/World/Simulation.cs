using LightMq.Broker;
using LightMq.Broker.Settings;
using LightMq.Simulator.Devices;
using LightMq.Simulator.Machine;
using LightMq.Simulator.Oracle;

namespace LightMq.Simulator.World;

/// <summary>What came of a seed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Hash">Over all events: equal for equal runs.</param>
/// <param name="Failure">Null: every promise held.</param>
public sealed record Outcome(int Seed, ulong Hash, Exception? Failure)
{
    public string? Checker => Failure is Violation violation ? violation.Checker : Failure?.GetType().Name;
    public long Steps { get; init; }
    public long Deliveries { get; init; }
    public int Boots { get; init; }
    public Tally Tally { get; init; } = new();

    /// <summary>Whether the same things happened in the same order.</summary>
    public bool IsSameAs(Outcome other) => Hash == other.Hash && Steps == other.Steps
        && Deliveries == other.Deliveries && Failure?.Message == other.Failure?.Message;
}

/// <summary>One world from its first event to its last.</summary>
public sealed class Simulation
{
    // Keep-alives of 60 s, slow acknowledgements, blocked publishers one after another: all well within this.
    private const long DrainMost = 1_800 * Scheduler.Second;

    private readonly Surroundings _world;
    private readonly Board _board;
    private readonly DiskFaults _faults;
    private readonly List<Device> _devices = [];

    private Simulation(int seed, SeededBug bug, TextWriter? lines)
    {
        var scheduler = new Scheduler(seed, new Trace(lines));
        var scenario = new ScenarioMaker(scheduler.Random, new ContractMaker(seed)).Make();
        var mayDrop = scenario.Options.QueueFull != DropPolicy.Stop
            || (scenario.Options.DiskFull != DropPolicy.Stop && scenario.FullEvery > 0);
        var judge = Judge.Of(new Rules(scenario.Options, mayDrop, scenario.IsFaultless), () => scheduler.Now);
        _world = new Surroundings(scheduler, scenario, judge, bug);
        _faults = new DiskFaults
        {
            Active = true,
            FailChance = scenario.DiskFailChance,
            PowerChance = scenario.PowerInCommitChance,
            RecoveryPowerChance = scenario.PowerInRecoveryChance,
        };
        IStoreModel store = scenario.IsOnDisk
            ? new DiskStore(scheduler.Random, _faults) : new MemoryStore(scheduler.Random, _faults);
        _board = new Board(_world, store);
        foreach (var profile in scenario.Devices) _devices.Add(new Device(profile, _world, _board));
    }

    private Scheduler Scheduler => _world.Scheduler;
    private Random Random => _world.Scheduler.Random;

    /// <summary>Runs a seed to its end or to the first broken promise.</summary>
    public static Outcome Run(int seed, SeededBug bug = SeededBug.None, TextWriter? lines = null)
    {
        var simulation = new Simulation(seed, bug, lines);
        Exception? failure = null;
        try
        {
            simulation.Live();
        }
        catch (Exception broken) when (broken is not OutOfMemoryException)
        {
            // A crash of the engine ends the run like a broken promise: both are what is looked for.
            failure = broken;
        }
        return new Outcome(seed, simulation.Scheduler.Trace.Hash, failure)
        {
            Steps = simulation.Scheduler.Steps,
            Deliveries = simulation._world.Judge.Deliveries,
            Boots = simulation._board.Boots,
            Tally = simulation._world.Tally,
        };
    }

    private void Live()
    {
        Scheduler.Trace.Say($"{_world.Scenario.Options}");
        foreach (var device in _devices) Scheduler.Trace.Say($"{device.Profile}");
        Scheduler.Trace.Say($"{_world.Scenario}");
        _board.PowerOn();
        foreach (var device in _devices) device.Start();
        new Mischief(_world, _board, _faults, _devices).Begin();
        while (Scheduler.Step(_world.Scenario.FaultySpan))
        {
        }
        _world.IsFaulty = false;
        _faults.Active = false;
        Scheduler.Trace.Say($"faults end");
        if (_world.Scenario.QuotaEvery > 0) _board.SetQuotas(QuotaMaker.Lasting(Random));
        Drain();
        if (!_world.Scenario.IsFaultless && Random.Happens(0.3))
        {
            _board.PowerOff();
            Drain();
        }
        ReadRetained();
        _world.Judge.AtEnd();
        if (_board.Process is not { } process) return;
        Bounds.AtRest(process.Engine);
        _world.Tally.Count(process.Engine.Counters);
    }

    // Everything is delivered and acknowledged, and stays so for some seconds.
    private void Drain()
    {
        var until = Scheduler.Now + DrainMost;
        var quietSince = long.MaxValue;
        while (Scheduler.Now < until)
        {
            if (!Scheduler.Step(Scheduler.Now + Scheduler.Second)) continue;
            var loud = Loud();
            quietSince = loud == null ? Math.Min(quietSince, Scheduler.Now) : long.MaxValue;
            if (quietSince < Scheduler.Now - 5 * Scheduler.Second) return;
        }
        foreach (var peer in _board.Process?.Peers ?? [])
            Scheduler.Trace.Say($"{peer.Connection.RemoteAddress}: {Engine.LoadOf(peer.Connection)}");
        throw Loud() ?? _world.Judge.Drains.Stuck("events without end");
    }

    // What is not quiet yet, as the violation that it will be if it never is.
    private Violation? Loud()
    {
        foreach (var device in _devices)
            if (!device.IsQuiet) return _world.Judge.Drains.Stuck($"{device}");
        if (_world.Judge.Owed() is { } owed) return owed;
        if (_board.Process is not { IsListening: true } process)
            return _world.Judge.Drains.Stuck("broker is down");
        var queued = process.Engine.Counters.QueuedMessages;
        return queued == 0 ? null : _world.Judge.Drains.Stuck($"{queued} messages queued");
    }

    private void ReadRetained()
    {
        var reader = new Device(ScenarioMaker.MakeReader(_world.Scenario, _devices.Count), _world, _board);
        _devices.Add(reader);
        reader.Connect();
        Drain();
        _world.Judge.Retained.WasRead = true;
    }
}
