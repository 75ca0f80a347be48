using LightMq.Broker.Settings;
using LightMq.Simulator.Disk;
using LightMq.Simulator.Machine;
using LightMq.Simulator.Network;
using LightMq.Simulator.World;

namespace LightMq.Simulator.Chain;

/// <summary>A gateway's box: disks that stay, an edge broker and an uplink that come and go.</summary>
public sealed class Site
{
    public const string Gateway = "GID_GATE@@@g1";
    private readonly ChainWorld _world;
    private readonly ListenerOptions _plain =
        new() { Name = "plain", Dialect = Dialect.Plain, Anonymous = true };
    private readonly ListenerOptions _lmq = new() { Name = "lmq", Dialect = Dialect.Lmq };
    private IStoreModel _store;
    private (IStoreModel Store, SimulatedDisk Refused)? _backup;
    private bool _isUplinkDown;
    private int _booting;

    public Site(ChainWorld world, string name, IStoreModel store, SimulatedDisk refused)
    {
        (_world, Name, _store, RefusedDisk, Installation) = (world, name, store, refused, $"install-{name}");
    }

    public string Name { get; }
    public string GatewayId => Gateway;
    public string Installation { get; }
    public SimulatedDisk RefusedDisk { get; private set; }
    public AuthServer? Auth { get; init; }
    public EngineLife? Edge { get; private set; }
    public UplinkProcess? Uplink { get; private set; }
    public List<Sensor> Sensors { get; } = [];
    /// <summary>Counts the lives of edge brokers, of all boxes.</summary>
    public int Life { get; private set; }
    public bool MaySpeak => Edge is { IsListening: true };
    public bool IsBackedUp => _backup != null;
    public bool IsOff { get; private set; }
    private Scheduler Scheduler => _world.Scheduler;

    /// <summary>Whether nothing is left that should go up.</summary>
    public bool IsEmpty => Unload == null;

    /// <summary>Why it is not at rest; null: it is.</summary>
    public string? Unrest => IsOff ? null
        : Unload ?? (Uplink is { IsQuiet: true } ? null : $"{Uplink}");

    private string? Unload
    {
        get
        {
            if (Sensors.Find(static one => !one.IsQuiet) is { } loud) return $"{loud}";
            if (Edge is not { IsListening: true } edge) return $"{Name}: the edge is down";
            var queued = edge.Engine.Counters.QueuedMessages;
            return queued == 0 ? null : $"{queued} messages queued in {Name}; {Uplink}";
        }
    }

    public bool Accept(LinkEnd end, bool isLmq, string address)
    {
        if (Edge is not { IsListening: true } edge) return false;
        edge.Accept(end, isLmq ? _lmq : _plain, address);
        return true;
    }

    public void PowerOn()
    {
        if (Edge != null || IsOff) return;
        try
        {
            Life = _world.Judge.NextLife();
            Edge = new EngineLife(_world, Name, _world.Scenario.Edge, _store, PowerOff);
        }
        catch (IOException)
        {
            BootLater(2 * Scheduler.Second);
            return;
        }
        catch (PowerLostException)
        {
            PowerOff();
            return;
        }
        Scheduler.Trace.Say($"{Name} starts, life {Life}");
        Edge.Start();
        StartUplink();
    }

    public void PowerOff()
    {
        Scheduler.Trace.Say($"power off in {Name}");
        _world.Tally.Count("power cuts at an edge");
        Scheduler.Trace.Mix(-1);
        EndUplink(isTold: !_world.Scenario.MayVanish || _world.Random.Happens(0.5));
        FallEdge(_world.Scenario.MayVanish ? 0.5 : 0);
        _store.PowerOff();
        RefusedDisk.PowerOff();
        BootLater(10 * Scheduler.Second);
    }

    public void KillEdge()
    {
        if (Edge == null) return;
        Scheduler.Trace.Say($"kill of the edge in {Name}");
        _world.Tally.Count("kills of an edge");
        Scheduler.Trace.Mix(-2);
        FallEdge(0);
        _store.Kill();
        BootLater(5 * Scheduler.Second);
    }

    public void KillUplink()
    {
        if (Uplink == null) return;
        Scheduler.Trace.Say($"kill of the uplink in {Name}");
        _world.Tally.Count("kills of an uplink");
        Scheduler.Trace.Mix(-3);
        EndUplink(isTold: true);
        RefusedDisk.PowerOn();
        _isUplinkDown = true;
        Scheduler.After(_world.Random.Spread(10_000, 5 * Scheduler.Second), () =>
        {
            _isUplinkDown = false;
            StartUplink();
        });
    }

    /// <summary>The data partition is empty.</summary>
    public void Wipe(IStoreModel empty)
    {
        _world.Tally.Count("data partitions wiped");
        PowerOff();
        _backup = null;
        (_store, RefusedDisk) = (empty, new SimulatedDisk(_world.Random.Next()));
        _world.Judge.Wiped(this);
    }

    /// <summary>Keeps a copy of the disks, as they are after a power cut.</summary>
    public void BackUp()
    {
        PowerOff();
        _backup = CopyDisks();
    }

    /// <summary>The copy is put back.</summary>
    public void Restore()
    {
        _world.Tally.Count("backups put back");
        PowerOff();
        (_store, RefusedDisk) = _backup!.Value;
        _backup = null;
        _world.Judge.Restored(this);
    }

    /// <summary>A second box that runs with a copy of the disks.</summary>
    public Site Clone()
    {
        _world.Tally.Count("boxes cloned");
        PowerOff();
        var (store, refused) = CopyDisks();
        return new Site(_world, $"{Name}'", store, refused) { Auth = Auth };
    }

    /// <summary>It is put away for good.</summary>
    public void Retire()
    {
        Scheduler.Trace.Say($"{Name} is put away");
        PowerOff();
        IsOff = true;
    }

    private (IStoreModel Store, SimulatedDisk Refused) CopyDisks() =>
        (_store.Copy(), CentralSite.Copy(RefusedDisk, _world.Random.Next()));

    private void BootLater(long most)
    {
        var booting = ++_booting;
        Scheduler.After(_world.Random.Spread(50_000, most), () =>
        {
            if (booting == _booting) PowerOn();
        });
    }

    private void StartUplink()
    {
        if (Uplink != null || _isUplinkDown || Edge == null) return;
        Uplink = new UplinkProcess(_world, this);
        Uplink.Start();
    }

    private void EndUplink(bool isTold)
    {
        Uplink?.Die(isTold);
        Uplink = null;
    }

    private void FallEdge(double vanishChance)
    {
        Edge?.Die(vanishChance);
        Edge = null;
    }
}
