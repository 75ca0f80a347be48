using System.Text;
using LightMq.Broker.Settings;
using LightMq.Simulator.Machine;
using LightMq.Simulator.World;

namespace LightMq.Simulator.Chain;

/// <summary>What goes wrong between sensors and core.</summary>
public sealed class ChainMischief(
    ChainWorld world, ChainPlaces places, DiskFaults faults, TokenOffice? office, AuthServer? auth)
{
    private Scheduler Scheduler => world.Scheduler;
    private Random Random => world.Random;

    public void Begin()
    {
        var scenario = world.Scenario;
        Again(scenario.CutNearEvery, CutNear);
        Again(scenario.CutFarEvery, () => Random.Pick(places.Sites).Uplink?.BreakCentral());
        Again(scenario.EdgeDownEvery, FellEdge);
        Again(scenario.UplinkDownEvery, () => Random.Pick(places.Sites).KillUplink());
        Again(scenario.CentralDownEvery, FellCentral);
        if (office != null) Again(scenario.RevokeEvery, () => Revoke(office));
        if (auth != null) Again(scenario.AuthDownEvery, () => Silence(auth));
        foreach (var disaster in scenario.Disasters) Plan(disaster);
        if (scenario.Disasters.Contains(Disaster.Clone)) Again(8 * Scheduler.Second, Allow);
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

    private void Plan(Disaster disaster)
    {
        var span = world.Scenario.FaultySpan;
        var first = Random.NextInt64(span / 5, span / 2);
        var second = first + Random.NextInt64(span / 20, span / 2);
        switch (disaster)
        {
            case Disaster.Wipe:
                Scheduler.At(first, () => Random.Pick(places.Sites).Wipe(new MemoryStore(Random, faults)));
                break;
            case Disaster.Restore:
                Scheduler.At(first, () => places.Sites[0].BackUp());
                Scheduler.At(second, () =>
                {
                    if (places.Sites[0].IsBackedUp) places.Sites[0].Restore();
                });
                break;
            case Disaster.Clone:
                Scheduler.At(first, Clone);
                break;
            case Disaster.OlderCentral when places.Central is CentralSite central:
                Scheduler.At(first, central.BackUp);
                Scheduler.At(second, () => PutBack(central));
                break;
            case Disaster.OtherCentral when places.Central is CentralSite central:
                Scheduler.At(first, central.Replace);
                break;
        }
    }

    private void PutBack(CentralSite central)
    {
        if (!central.IsBackedUp) return;
        central.PutBack();
        world.Judge.Installations.Forget();
    }

    private void Clone()
    {
        if (places.Sites.Count > 1) return;
        var original = places.Sites[0];
        var clone = original.Clone();
        world.Judge.Restored(original, hasLost: false);
        var maker = new ChainMaker(Random);
        for (var i = Random.Next(1, 3); i > 0; i--)
        {
            var profile = maker.MakeSensor(places.SensorCount + clone.Sensors.Count, hasPoison: false);
            clone.Sensors.Add(new Sensor(world, clone, profile));
        }
        places.Sites.Add(clone);
        clone.PowerOn();
        foreach (var sensor in clone.Sensors) sensor.Start();
    }

    private void CutNear()
    {
        var site = Random.Pick(places.Sites);
        if (Random.Happens(0.4) || site.Sensors.Count == 0) site.Uplink?.BreakLocal();
        else Random.Pick(site.Sensors).Break();
    }

    private void FellEdge()
    {
        var site = Random.Pick(places.Sites);
        if (site.Edge == null) return;
        if (Random.Happens(0.5)) site.PowerOff();
        else site.KillEdge();
    }

    private void FellCentral()
    {
        if (places.Central.Unrest != null) return;
        if (Random.Happens(0.5)) places.Central.PowerOff();
        else places.Central.Kill();
    }

    private void Revoke(TokenOffice office)
    {
        office.RevokeOne();
        if (places.Central is CentralSite { Life: { } life }) life.Revoke(office.Revoked);
    }

    private void Silence(AuthServer auth)
    {
        auth.IsDown = true;
        world.Tally.Count("spells without auth server");
        Scheduler.After(Random.Spread(Scheduler.Second, 40 * Scheduler.Second), () => auth.IsDown = false);
    }

    /// <summary>An operator lets a superseded box in again.</summary>
    private void Allow()
    {
        foreach (var site in places.Sites)
            if (world.Judge.Installations.IsSuperseded(site) && Random.Happens(0.5)) Allow(site);
    }

    public void Allow(Site site)
    {
        if (places.Central is not CentralSite { Life: { IsListening: true } life }) return;
        world.Tally.Count("boxes allowed again");
        world.Judge.Installations.Allowed(site);
        life.Ask(CentralRequest.Allow(Encoding.UTF8.GetBytes(Site.Gateway), site.Installation));
    }

    /// <summary>
    /// In the end both boxes of one gateway must get through: the copy first, which is then put away.
    /// </summary>
    public void Settle()
    {
        if (places.Sites.Count < 2) return;
        Scheduler.After(5 * Scheduler.Second, Settle);
        var (original, clone) = (places.Sites[0], places.Sites[1]);
        var inside = world.Judge.Installations.Inside;
        if (clone.IsOff)
        {
            if (inside != original) Allow(original);
        }
        else if (clone.IsEmpty) clone.Retire();
        else if (inside != clone) Allow(clone);
    }
}
