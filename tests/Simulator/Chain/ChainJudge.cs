using LightMq.Simulator.World;
using LightMq.Uplink.Bridging;

namespace LightMq.Simulator.Chain;

/// <summary>Knows what was said and what became of it, and asks every checker.</summary>
public sealed class ChainJudge
{
    private readonly Scheduler _scheduler;
    private int _lives;

    public ChainJudge(Scheduler scheduler)
    {
        _scheduler = scheduler;
        Log = new CentralLog(this);
        Gaps = new DeclaredGaps(this);
        Acks = new UpwardAcks(this);
        Refused = new RefusedQueue(this);
        Installations = new Installations(this);
    }

    public Tally Tally { get; } = new();
    public CentralLog Log { get; }
    public DeclaredGaps Gaps { get; }
    public UpwardAcks Acks { get; }
    public RefusedQueue Refused { get; }
    public Installations Installations { get; }
    /// <summary>Where the uplinks connect to.</summary>
    public ICentral? Central { get; set; }
    public bool IsForeign { get; init; }
    /// <summary>An older disk of an edge is in use: it does not know what it knew.</summary>
    public bool HasOldEdge { get; private set; }
    public long Now => _scheduler.Now;

    public int NextLife() => ++_lives;

    public CentralTruth NewCluster(string name)
    {
        Installations.Forget();
        return new CentralTruth(this, name);
    }

    public void Said(Reading reading, string clientId) => Log.Said(reading, clientId);

    public void Done(BridgeMessage message)
    {
        if (message.Qos > 0) Acks.Done(message, IsForeign);
    }

    public void Scheduled(string what) => _scheduler.Trace.Say($"{what}");

    /// <summary>The disks of a box are empty: what is not above is lost, and the sensors have their own
    /// opinion of the sessions.</summary>
    public void Wiped(Site site) => Excuse(site, hasLost: true);

    /// <summary>Older disks were put into a box, or into another.</summary>
    public void Restored(Site site, bool hasLost = true)
    {
        HasOldEdge = true;
        Excuse(site, hasLost);
    }

    private void Excuse(Site site, bool hasLost)
    {
        var sensors = site.Sensors.Select(static one => one.Profile.Index).ToHashSet();
        foreach (var reading in Log.Readings)
        {
            if (!sensors.Contains(reading.Sensor)) continue;
            reading.MayBeLate = true;
            // What is acknowledged is nobody's any more.
            if (!hasLost) continue;
            reading.LostAt = Now;
            if (reading.IsAcknowledged || reading.Qos == 2) reading.IsExcused = true;
        }
    }
}
