using LightMq.Broker;
using LightMq.Broker.Settings;
using LightMq.Simulator.Oracle;

namespace LightMq.Simulator.Chain;

/// <summary>
/// A box whose place was taken stays outside until it is allowed again; a start that was counted twice is
/// told.
/// </summary>
public sealed class Installations(ChainJudge judge)
{
    private readonly Dictionary<Site, long> _superseded = [];
    private Site? _inside;
    private int _forks;
    private int _told;

    /// <summary>The box that came in last.</summary>
    public Site? Inside => _inside;

    public bool IsSuperseded(Site site) => _superseded.ContainsKey(site);

    /// <summary>The central has let a box in.</summary>
    public void Admitted(Site site, long askedAt)
    {
        if (_superseded.TryGetValue(site, out var since))
        {
            // Its CONNACK may have been on its way when the other one came.
            if (askedAt < since) return;
            throw new Violation(nameof(Installations), $"{site.Name} was let in, though it was superseded");
        }
        if (_inside != null && _inside != site) _superseded[_inside] = judge.Now;
        _inside = site;
    }

    /// <summary>An operator asks that a box may come again.</summary>
    public void Allowed(Site site) => _superseded.Remove(site);

    /// <summary>The central has forgotten who was there.</summary>
    public void Forget()
    {
        _superseded.Clear();
        _inside = null;
    }

    public void Answered(CentralRequest request, string refusal) =>
        judge.Scheduled($"{request.Installation} may come again: {(refusal.Length == 0 ? "yes" : refusal)}");

    public void Reported(in BrokerEvent happened, ChainBug bug)
    {
        if (happened.Kind != BrokerEventKind.StreamForked || bug == ChainBug.HideForks) return;
        _told++;
        judge.Tally.Count("forks told");
    }

    /// <summary>A second name of one start is in a core.</summary>
    public void Forked(CoreFact fact)
    {
        if (++_forks > _told)
            throw new Violation(nameof(Installations), $"nobody was told of the fork that {fact} shows");
    }
}
