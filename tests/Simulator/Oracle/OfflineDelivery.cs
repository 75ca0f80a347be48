using LightMq.Broker.Settings;
using LightMq.Lmq;
using LightMq.Simulator.Network;
using LightMq.Simulator.World;

namespace LightMq.Simulator.Oracle;

/// <summary>
/// What waited for a client of the contract comes in batches, or once it pulls as it asks and no more
/// (LMQ-OFF-1 to 3): in the order asked for, at most so many, at most five requests a second.
/// </summary>
/// <remarks>
/// Counted is what certainly waited: acknowledged before its CONNECT was sent, sent once by its publisher and
/// for the first time to this client. The client's clock gives each bound its wider side: it hears of things
/// after they happened.
/// </remarks>
public sealed class OfflineDelivery(Judge judge) : IChecker
{
    private const int PullsPerSecondMax = 5;

    private readonly OfflinePace _pace = judge.Rules.Options.Offline.Pace;
    private readonly Dictionary<SubscriberFacts, Spell> _spells = [];

    private sealed class Spell
    {
        public Link? Link { get; init; }
        public long Began { get; init; }
        public long PeriodEnds { get; init; }
        public List<(long At, int Count)> Pulls { get; } = [];
        /// <summary>Since when it is certain that nothing is pushed any more; and what came since.</summary>
        public long PullsSince { get; set; } = long.MaxValue;
        public int CountSince { get; set; }
        public int Count { get; set; }
        public bool HasPulledOldest { get; set; }
        public bool HasPulledNewest { get; set; }
        public Dictionary<bool, MessageFacts> Last { get; } = [];
    }

    /// <summary>CONNECT was sent.</summary>
    public void Began(SubscriberFacts subscriber, Link? link, int keepAliveSeconds, long now)
    {
        if (!subscriber.IsPaced) return;
        _spells[subscriber] = new Spell
        {
            Link = link, Began = now, PeriodEnds = now + keepAliveSeconds * Scheduler.Second,
        };
        subscriber.HasPulledNewest = false;
    }

    /// <summary>A request that can be read was sent, perhaps again.</summary>
    public void Pulled(SubscriberFacts subscriber, in PullRequest request, long now)
    {
        if (!_spells.TryGetValue(subscriber, out var spell)) return;
        spell.Pulls.Add((now, request.Count));
        var isNewest = request.Order == PullOrder.NewestFirst;
        if (isNewest) subscriber.HasPulledNewest = spell.HasPulledNewest = true;
        else spell.HasPulledOldest = true;
    }

    /// <summary>A request was acknowledged that was sent once.</summary>
    public void Confirmed(SubscriberFacts subscriber, long now)
    {
        if (!_spells.TryGetValue(subscriber, out var spell) || now > spell.PeriodEnds) return;
        if (spell.PullsSince != long.MaxValue) return;
        judge.Tally.Count("connections that pull");
        spell.PullsSince = now;
        // What was pushed before is in another order than what will be pulled.
        if (spell.HasPulledNewest) spell.Last.Clear();
    }

    public void Delivered(Delivery delivery)
    {
        var to = delivery.Subscriber;
        if (delivery.Message is not { Sends: 1, IsWill: false } message || delivery.Qos == 0) return;
        if (delivery.Retain || delivery.Dup || message.Acknowledged >= to.ConnectSent) return;
        if (!_spells.TryGetValue(to, out var spell)) return;
        var now = judge.Now;
        spell.Count++;
        if (now > spell.PullsSince) spell.CountSince++;
        var isPull = spell.PullsSince != long.MaxValue;
        judge.Tally.Count(isPull ? "messages pulled" : "messages pushed in batches");
        var pulled = PulledMost(spell, now);
        Demand(spell.CountSince <= pulled, delivery,
            $"{spell.CountSince} since it pulls, of {pulled} that it asked for");
        var pushed = PushedMost(spell, Math.Min(now, spell.PullsSince));
        Demand(spell.Count <= pushed + pulled, delivery,
            $"{spell.Count} after {(now - spell.Began) / 1000} ms, of {pushed} and {pulled} asked for");
        CheckOrder(delivery, spell, message, isPull);
    }

    // P2P lies apart (LMQ-MSG-5), and is kept in order with the rest by the second only.
    private static void CheckOrder(Delivery delivery, Spell spell, MessageFacts message, bool isPull)
    {
        var isPeer = message.Addressee != null;
        if (spell.Last.TryGetValue(isPeer, out var last))
        {
            if (!spell.HasPulledNewest)
                Demand(message.Acknowledged > last.FirstSent, delivery, $"{last} came before this older one");
            else if (isPull && !spell.HasPulledOldest)
                Demand(message.FirstSent < last.Acknowledged, delivery, $"{last} came before this newer one");
        }
        if (!spell.HasPulledNewest || isPull) spell.Last[isPeer] = message;
    }

    private long PushedMost(Spell spell, long until)
    {
        // The engine counts whole milliseconds.
        // A client that is not read gets its batches at once.
        if (spell.Link is not { WasStopped: false }) return int.MaxValue;
        var elapsed = (until - spell.Began) / Scheduler.Millisecond + 2;
        return elapsed < _pace.FirstMilliseconds ? 0
            : _pace.BatchMessages * (1 + (elapsed - _pace.FirstMilliseconds) / _pace.BatchMilliseconds);
    }

    private static int PulledMost(Spell spell, long now)
    {
        if (spell.Pulls.Count == 0) return 0;
        var seconds = (now - spell.Pulls[0].At) / Scheduler.Second + 1;
        var served = PullsPerSecondMax * (int)Math.Min(seconds + 1, 1_000);
        return spell.Pulls.Count <= served ? spell.Pulls.Sum(pull => pull.Count)
            : spell.Pulls.Select(pull => pull.Count).OrderDescending().Take(served).Sum();
    }

    private static void Demand(bool holds, Delivery delivery, string what)
    {
        if (!holds) throw new Violation(nameof(OfflineDelivery), $"{delivery}: {what}");
    }
}
