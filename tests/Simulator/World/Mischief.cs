using LightMq.Broker.Settings;
using LightMq.Simulator.Devices;
using LightMq.Simulator.Machine;

namespace LightMq.Simulator.World;

/// <summary>What goes wrong in phase 1: cut connections, power cuts, kills, restarts, a full disk.</summary>
public sealed class Mischief(
    Surroundings world, Board board, DiskFaults faults, IReadOnlyList<Device> devices)
{
    private Scheduler Scheduler => world.Scheduler;
    private Random Random => world.Scheduler.Random;

    public void Begin()
    {
        Again(world.Scenario.CutEvery, CutOne);
        Again(world.Scenario.DownEvery, GoDown);
        Again(world.Scenario.FullEvery, FillDisk);
        Again(world.Scenario.RevokeEvery, board.Office.RevokeOne);
        Again(world.Scenario.ImpostorEvery, SendImpostor);
        Again(world.Scenario.QuotaEvery, () => board.SetQuotas(QuotaMaker.Any(Random)));
    }

    private void Again(long every, Action mischief)
    {
        if (every == 0) return;
        Scheduler.After(Random.Spread(every / 4, every * 2), () =>
        {
            if (!world.IsFaulty) return;
            mischief();
            Again(every, mischief);
        });
    }

    private void CutOne() => Random.Pick(devices).Break();

    private void SendImpostor()
    {
        var victims = devices.Where(
            device => device.Profile is { IsBridge: false, Listener.Dialect: Dialect.Lmq }).ToArray();
        if (victims.Length > 0) new Impostor(world, board, Random.Pick(victims).Profile).Come();
    }

    private void GoDown()
    {
        if (board.Process == null) return;
        switch (Random.Next(4))
        {
            case 0: board.Stop(); break;
            case 1: board.Kill(); break;
            default: board.PowerOff(); break;
        }
    }

    private void FillDisk()
    {
        faults.IsFull = true;
        world.Tally.Count("spells of a full disk");
        Scheduler.After(Random.Spread(100_000, 10 * Scheduler.Second), () => faults.IsFull = false);
    }
}
