using System.Text;
using LightMq.Broker.Settings;
using LightMq.Central.Core;
using LightMq.Simulator.Disk;
using LightMq.Simulator.Machine;
using LightMq.Simulator.Network;
using LightMq.Simulator.World;

namespace LightMq.Simulator.Chain;

/// <summary>A LightMq central: its disks, which stay, and its engine and core, which come and go.</summary>
public sealed class CentralSite : ICentral
{
    private readonly ChainWorld _world;
    private readonly DiskFaults _faults;
    private readonly TokenOffice? _office;
    private readonly ListenerOptions _listener = new() { Name = "lmq", Dialect = Dialect.Lmq };
    private IStoreModel _store;
    private SimulatedDisk _core;
    private CentralTruth _truth;
    private (IStoreModel Store, SimulatedDisk Core)? _backup;
    private EngineLife? _life;
    private string _cluster = "cluster-1";
    private int _clusters = 1;

    public CentralSite(ChainWorld world, DiskFaults faults, TokenOffice? office)
    {
        (_world, _faults, _office) = (world, faults, office);
        _store = new MemoryStore(world.Random, faults);
        _core = new SimulatedDisk(world.Random.Next());
        _truth = world.Judge.NewCluster(_cluster);
    }

    public EngineLife? Life => _life;
    public bool IsBackedUp => _backup != null;
    public string? Unrest => _life is { IsListening: true } ? null : "the central is down";
    private Scheduler Scheduler => _world.Scheduler;

    public bool Accept(LinkEnd end, string address)
    {
        if (_life is not { IsListening: true } life) return false;
        life.Accept(end, _listener, address);
        return true;
    }

    public void PowerOn()
    {
        if (_life != null) return;
        try
        {
            Boot();
        }
        catch (IOException)
        {
            if (_core.IsOff) _core.PowerOff();
            Scheduler.After(_world.Random.Spread(100_000, 2 * Scheduler.Second), PowerOn);
        }
        catch (PowerLostException)
        {
            PowerOff();
        }
    }

    public void PowerOff()
    {
        Scheduler.Trace.Say($"power off at the central");
        _world.Tally.Count("power cuts at the central");
        Scheduler.Trace.Mix(-11);
        Fall();
        _store.PowerOff();
        _core.PowerOff();
        Scheduler.After(_world.Random.Spread(50_000, 10 * Scheduler.Second), PowerOn);
    }

    public void Kill()
    {
        Scheduler.Trace.Say($"kill at the central");
        _world.Tally.Count("kills of the central");
        Scheduler.Trace.Mix(-12);
        Fall();
        _store.Kill();
        _core.PowerOn();
        // Another machine takes over the same data.
        Scheduler.After(_world.Random.Spread(50_000, 3 * Scheduler.Second), PowerOn);
    }

    /// <summary>Keeps a copy of everything, as it is after a power cut.</summary>
    public void BackUp()
    {
        PowerOff();
        _backup = (_store.Copy(), Copy(_core, _world.Random.Next()));
    }

    /// <summary>The copy is put back: what came since is lost.</summary>
    public void PutBack()
    {
        _world.Tally.Count("centrals put back");
        PowerOff();
        (_store, _core) = _backup!.Value;
        _backup = (_store.Copy(), Copy(_core, _world.Random.Next()));
        _truth.PutBack();
    }

    /// <summary>Another central, which knows nothing, takes the place of this one.</summary>
    public void Replace()
    {
        _world.Tally.Count("centrals replaced");
        PowerOff();
        _backup = null;
        _cluster = $"cluster-{++_clusters}";
        _store = new MemoryStore(_world.Random, _faults);
        _core = new SimulatedDisk(_world.Random.Next());
        _truth = _world.Judge.NewCluster(_cluster);
    }

    private void Fall()
    {
        _life?.Die(_world.Scenario.MayVanish ? 0.5 : 0);
        _life = null;
    }

    private void Boot()
    {
        _core.FailAt = _core.PowerOffAt = 0;
        var log = CoreLog.Open(_core, _world.Scenario.Core);
        if (log.Damage.Count > 0) throw new InvalidOperationException(log.Damage[0]);
        _truth.Reopened(log);
        var options = _world.Scenario.Central;
        options = options with { Central = options.Central! with { ClusterId = _cluster } };
        var core = new CoreThread(_world, _core, log, _truth);
        var life = new EngineLife(_world, "central", options, _store, PowerOff)
        {
            Core = core, Office = _office, Front = new CentralFront(_world),
        };
        foreach (var (stream, mark) in log.Marks.All) Recover(life, stream, mark);
        core.PowerLost = PowerOff;
        core.Kept = number => life.Complete((in now) =>
            life.Engine.Handle(LightMq.Broker.Input.Kept(number), now, life));
        _life = life;
        Scheduler.Trace.Say($"{_cluster} starts");
        foreach (var (stream, mark) in log.Marks.All)
            Scheduler.Trace.Say($"it has {stream.Client} {stream.Epoch.Boot} up to {mark.Last}");
        life.Start();
    }

    private void Recover(EngineLife life, StreamName stream, StreamMark mark)
    {
        if (_world.Strikes(ChainBug.ForgetMarks, 0.5)) return;
        if (_world.Bug == ChainBug.TakeHoles && _truth.WasPutBack) return;
        var last = mark.Last + (_world.Strikes(ChainBug.RaiseMarks, 0.5) ? 1 : 0);
        life.Engine.RecoverStream(Encoding.UTF8.GetBytes(stream.Gateway),
            Encoding.UTF8.GetBytes(stream.Client), stream.Epoch, last, mark.SeenAt);
    }

    public static SimulatedDisk Copy(SimulatedDisk disk, int seed)
    {
        var copy = new SimulatedDisk(seed);
        foreach (var name in disk.AllNames) copy.Plant(name, disk.Content(name));
        return copy;
    }
}
