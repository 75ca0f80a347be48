using LightMq.Simulator.Disk;
using LightMq.Simulator.Machine;
using LightMq.Simulator.Oracle;
using LightMq.Simulator.World;

namespace LightMq.Simulator.Chain;

/// <summary>The boxes and the central of a chain.</summary>
public sealed record ChainPlaces(List<Site> Sites, ICentral Central)
{
    public int SensorCount => Sites.Sum(static site => site.Sensors.Count);
}

/// <summary>Sensors, edge, uplink and central together, from the first event to the last.</summary>
public sealed class ChainSimulation
{
    // Long waits of superseded boxes, slow cores, searches for poison: all well within this.
    private const long DrainMost = 3_600 * Scheduler.Second;

    private readonly ChainWorld _world;
    private readonly ChainPlaces _places;
    private readonly DiskFaults _faults;
    private readonly ChainMischief _mischief;

    private ChainSimulation(int seed, ChainBug bug, TextWriter? lines)
    {
        var scheduler = new Scheduler(seed, new Trace(lines));
        var scenario = new ChainMaker(scheduler.Random).Make();
        var judge = new ChainJudge(scheduler) { IsForeign = scenario.IsForeign };
        _world = new ChainWorld(scheduler, scenario, bug, judge);
        _faults = new DiskFaults
        {
            Active = true,
            FailChance = scenario.DiskFailChance,
            PowerChance = scenario.PowerInCommitChance,
            RecoveryPowerChance = scenario.PowerInCommitChance,
        };
        var office = scenario.HasTokens
            ? new TokenOffice(scheduler.Random, () => _world.UnixMilliseconds) : null;
        var auth = office == null ? null : new AuthServer(_world, office);
        ICentral central = scenario.IsForeign
            ? new ForeignCentral(_world) : new CentralSite(_world, _faults, office);
        judge.Central = central;
        IStoreModel store = scenario.IsOnDisk
            ? new DiskStore(scheduler.Random, _faults) : new MemoryStore(scheduler.Random, _faults);
        var site = new Site(_world, "box", store, new SimulatedDisk(scheduler.Random.Next())) { Auth = auth };
        foreach (var profile in scenario.Sensors) site.Sensors.Add(new Sensor(_world, site, profile));
        _places = new ChainPlaces([site], central);
        _mischief = new ChainMischief(_world, _places, _faults, office, auth);
    }

    private Scheduler Scheduler => _world.Scheduler;

    /// <summary>Runs a seed to its end or to the first broken promise.</summary>
    public static Outcome Run(int seed, ChainBug bug = ChainBug.None, TextWriter? lines = null)
    {
        var simulation = new ChainSimulation(seed, bug, lines);
        Exception? failure = null;
        try
        {
            simulation.Live();
        }
        catch (Exception broken) when (broken is not OutOfMemoryException)
        {
            failure = broken;
        }
        var tally = simulation._world.Tally;
        return new Outcome(seed, simulation.Scheduler.Trace.Hash, failure)
        {
            Steps = simulation.Scheduler.Steps,
            Deliveries = tally["messages that came up"],
            Tally = tally,
        };
    }

    private void Live()
    {
        Scheduler.Trace.Say($"{_world.Scenario}");
        foreach (var sensor in _world.Scenario.Sensors) Scheduler.Trace.Say($"{sensor}");
        _places.Central.PowerOn();
        _places.Sites[0].PowerOn();
        foreach (var sensor in _places.Sites[0].Sensors) sensor.Start();
        _mischief.Begin();
        while (Scheduler.Step(_world.Scenario.FaultySpan))
        {
        }
        _world.IsFaulty = false;
        _faults.Active = false;
        Scheduler.Trace.Say($"faults end");
        _mischief.Settle();
        Drain();
        _world.Judge.Log.AtEnd();
        _world.Judge.Refused.AtEnd(_places.Sites.SelectMany(site => RefusedStore.ReadAll(site.RefusedDisk)));
        foreach (var site in _places.Sites) site.Edge?.Count();
        if (_places.Central is CentralSite { Life: { } life }) life.Count();
        _world.Tally.Count(_world.Scenario.IsForeign ? "chains to a foreign central" : "chains");
    }

    private void Drain()
    {
        var until = Scheduler.Now + DrainMost;
        var quietSince = long.MaxValue;
        while (Scheduler.Now < until)
        {
            if (!Scheduler.Step(Scheduler.Now + Scheduler.Second)) continue;
            quietSince = Unrest() == null ? Math.Min(quietSince, Scheduler.Now) : long.MaxValue;
            if (quietSince < Scheduler.Now - 3 * Scheduler.Second) return;
        }
        throw new Violation("ChainDrains", Unrest() ?? "events without end");
    }

    private string? Unrest()
    {
        if (_places.Central.Unrest is { } down) return down;
        foreach (var site in _places.Sites)
            if (site.Unrest is { } unrest) return unrest;
        return null;
    }
}
