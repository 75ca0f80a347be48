using LightMq.Broker.Streams;
using LightMq.Central.Core;
using LightMq.Lmq;
using LightMq.Simulator.Oracle;

namespace LightMq.Simulator.Chain;

/// <summary>What is durable in the core of one cluster, entry by entry.</summary>
public sealed class CentralTruth(ChainJudge judge, string cluster)
{
    private readonly List<CoreFact> _pending = [];
    private readonly Dictionary<(string, EpochText), long> _ends = [];
    private readonly Dictionary<uint, HashSet<UInt128>> _boots = [];
    private List<CoreFact> _durable = [];
    private bool _isPutBack;

    /// <summary>Whether an older state was put back at some time.</summary>
    public bool WasPutBack { get; private set; }

    public string Cluster { get; } = cluster;

    public void Added(in CoreEntry entry) => _pending.Add(CoreFact.Of(entry));

    /// <summary>All that was added is durable.</summary>
    public void Committed()
    {
        foreach (var fact in _pending) Keep(fact);
        _pending.Clear();
    }

    /// <summary>An older core was put back: the next opening tells what is left.</summary>
    public void PutBack() => _isPutBack = WasPutBack = true;

    /// <summary>The core was opened: what it holds counts.</summary>
    public void Reopened(CoreLog log)
    {
        var found = ReadAll(log);
        var isLost = _durable.FindAll(fact => !Holds(log, found, fact));
        if (isLost.Count > 0 && !_isPutBack)
            throw new Violation("CoreLog", $"{Cluster} has lost {isLost[0]} and {isLost.Count - 1} more");
        if (_isPutBack)
        {
            _durable = _durable.FindAll(fact => Holds(log, found, fact));
            judge.Log.Lost(isLost.Where(fact => !_durable.Contains(fact)));
            _ends.Clear();
            _boots.Clear();
            foreach (var fact in _durable)
            {
                Move(fact);
                if (fact.First > 0) DrawsOf(fact).Add(fact.Epoch.Draw);
            }
        }
        else
        {
            // What was under way when the power went is there, or not.
            foreach (var fact in _pending)
                if (Holds(log, found, fact)) Keep(fact);
        }
        _pending.Clear();
        _isPutBack = false;
        var messages = _durable.Count(static fact => !fact.IsGap);
        if (found.Count != messages)
            throw new Violation("CoreLog", $"{Cluster} has {found.Count} messages, not {messages}");
    }

    private static bool Holds(
        CoreLog log, HashSet<(Place, bool, (int, int, Poison)?)> found, CoreFact fact) => fact.IsGap
        ? log.Marks.LastOf(new StreamName(Site.Gateway, fact.Client, fact.Epoch)) >= fact.Last
        : found.Contains(fact.Key);

    private HashSet<(Place, bool, (int, int, Poison)?)> ReadAll(CoreLog log)
    {
        var found = new HashSet<(Place, bool, (int, int, Poison)?)>();
        foreach (var parent in (string[])["t0", "t1"])
            for (var partition = 0; log.BoundsOf(parent, partition) is not null; partition++)
            {
                long next = 0;
                foreach (var message in log.Read(parent, partition, 0, int.MaxValue, long.MaxValue))
                {
                    if (message.Offset != next++)
                        throw new Violation("CoreLog", $"{Cluster}: no offset {next - 1} in {parent}");
                    found.Add(CoreFact.Of(message.Record.Entry).Key);
                }
            }
        return found;
    }

    private void Keep(CoreFact fact)
    {
        judge.Scheduled($"{Cluster} keeps {fact}");
        CheckPlace(fact);
        CheckFork(fact);
        Move(fact);
        _durable.Add(fact);
        judge.Log.Kept(this, fact);
        if (fact.IsGap) judge.Gaps.Declared(fact);
    }

    // Within a stream there is nothing between one entry and the next, and nothing twice.
    private void CheckPlace(CoreFact fact)
    {
        if (fact.First == 0) return;
        var isKnown = _ends.TryGetValue((fact.Client, fact.Epoch), out var last);
        if (!isKnown)
        {
            judge.Gaps.Begun(fact);
            return;
        }
        // A gap may begin with numbers that came after all.
        if (fact.First == last + 1 || (fact.IsGap && fact.First <= last && fact.Last > last)) return;
        throw new Violation(nameof(CentralLog),
            $"{Cluster} keeps {fact}, behind {last}: {(fact.First <= last ? "twice" : "a hole")}");
    }

    private void Move(CoreFact fact)
    {
        if (fact.First > 0) _ends[(fact.Client, fact.Epoch)] = fact.Last;
    }

    private void CheckFork(CoreFact fact)
    {
        if (fact.First == 0) return;
        var draws = DrawsOf(fact);
        if (draws.Add(fact.Epoch.Draw) && draws.Count > 1) judge.Installations.Forked(fact);
    }

    private HashSet<UInt128> DrawsOf(CoreFact fact) => _boots.TryGetValue(fact.Epoch.Boot, out var draws)
        ? draws : _boots[fact.Epoch.Boot] = [];
}
