using LightMq.Broker.Settings;
using LightMq.Simulator.Network;
using LightMq.Simulator.World;

namespace LightMq.Simulator.Machine;

/// <summary>The box: a disk that stays, and a broker process that comes and goes.</summary>
public sealed class Board
{
    private readonly IStoreModel _store;
    private const long TrueOffset = 1_790_000_000_000;

    private long _clockOffset = TrueOffset;
    private int _boots;

    public Board(Surroundings world, IStoreModel store)
    {
        (World, _store) = (world, store);
        Office = new TokenOffice(world.Scheduler.Random, () => LatestMilliseconds)
        {
            Changed = () => Process?.Revoke(),
        };
    }

    public Surroundings World { get; }
    /// <summary>Who makes and revokes tokens.</summary>
    public TokenOffice Office { get; }
    public BrokerProcess? Process { get; private set; }
    public bool IsClockTrusted { get; private set; } = true;
    public long UnixMilliseconds => _clockOffset + World.Scheduler.Now / 1000;

    /// <summary>
    /// The latest that the engine may take the time for: a clock that is not trusted may be behind what it
    /// knows.
    /// </summary>
    public long LatestMilliseconds =>
        IsClockTrusted ? UnixMilliseconds : TrueOffset + World.Scheduler.Now / 1000;
    public int Boots => _boots;
    private Random Random => World.Scheduler.Random;

    /// <summary>
    /// Power comes on: the store is opened until it lets itself be opened, then the broker starts.
    /// </summary>
    public void PowerOn()
    {
        if (Process != null) return;
        _boots++;
        try
        {
            Process = new BrokerProcess(this, _store);
        }
        catch (IOException)
        {
            World.Scheduler.Trace.Say($"store does not open");
            World.Tally.Count("store did not open at first");
            World.Scheduler.After(Random.Spread(100_000, 2 * Scheduler.Second), PowerOn);
            return;
        }
        catch (PowerLostException)
        {
            PowerOff();
            return;
        }
        World.Scheduler.Trace.Say($"broker starts, boot {_boots}");
        Process.Start();
    }

    /// <summary>A plug is pulled: the disk loses what was not synced.</summary>
    public void PowerOff()
    {
        World.Scheduler.Trace.Say($"power off");
        World.Tally.Count(Process == null ? "power cuts in recovery" : "power cuts");
        World.Scheduler.Trace.Mix(-1);
        _store.PowerOff();
        if (Random.Happens(0.3)) _clockOffset -= Random.Next(1_000_000);
        IsClockTrusted = Random.Happens(0.7);
        End(World.Scenario.MayVanish ? 0.5 : 0);
    }

    /// <summary>kill -9: what the system holds of the disk's writes survives; sockets are reset.</summary>
    public void Kill()
    {
        World.Scheduler.Trace.Say($"kill");
        World.Tally.Count("kills");
        World.Scheduler.Trace.Mix(-2);
        _store.Kill();
        End(0);
    }

    /// <summary>The administrator sets quotas, at once and after each start (LMQ-LIM-5).</summary>
    public void SetQuotas(InstanceQuotas quotas)
    {
        Quotas = quotas;
        Process?.SetQuotas(quotas);
    }

    /// <summary>Quotas set last; null: those of the configuration.</summary>
    public InstanceQuotas? Quotas { get; private set; }

    /// <summary>SIGTERM; ends with <see cref="Stopped"/>.</summary>
    public void Stop() => Process?.Stop();

    /// <summary>The broker has stopped in order.</summary>
    public void Stopped()
    {
        World.Scheduler.Trace.Say($"stopped");
        World.Tally.Count("orderly stops");
        World.Scheduler.Trace.Mix(-3);
        _store.Close();
        End(0);
    }

    /// <summary>A device's SYN arrives; false: refused.</summary>
    public bool Accept(LinkEnd end, ListenerOptions listener, string address)
    {
        if (Process is not { IsListening: true } process) return false;
        process.Accept(end, listener, address);
        return true;
    }

    private void End(double vanishChance)
    {
        if (Process is { } process)
        {
            World.Judge.Wills.PowerLost();
            foreach (var peer in process.Peers)
            {
                if (Random.Happens(vanishChance)) peer.End.Link.Vanish();
                else peer.End.Link.ResetLater(peer.End.Link.Device);
                peer.End.Forget();
                peer.End.Link.IsLetGo = true;
            }
            process.Die();
            Process = null;
        }
        World.Scheduler.After(Random.Spread(50_000, World.Scenario.DownMost), PowerOn);
    }
}
