using LightMq.Simulator.Oracle;

namespace LightMq.Simulator.Chain;

/// <summary>
/// A gap is declared only for what will never come: a refused message that is stored, or one that a central
/// had and has lost. A stream begins with 1, unless what was before it was elsewhere.
/// </summary>
public sealed class DeclaredGaps(ChainJudge judge)
{
    private readonly HashSet<Place> _declared = [];

    public bool Covers(Place place) => _declared.Contains(place);

    /// <summary>A declaration is durable in a core.</summary>
    public void Declared(CoreFact gap)
    {
        judge.Tally.Count($"gaps {gap.Gap}");
        for (var number = gap.First; number <= gap.Last; number++)
        {
            var place = new Place(gap.Client, gap.Epoch, number);
            // A central may have lost a declaration too.
            var isNew = _declared.Add(place);
            if (judge.Log.Ever.Contains(place) || !isNew || judge.HasOldEdge) continue;
            if (gap.Gap != "refused" || !judge.Refused.Has(place))
                throw new Violation(
                    nameof(DeclaredGaps), $"{gap}: {number} was neither lost nor refused");
        }
    }

    /// <summary>A stream is new to a core.</summary>
    public void Begun(CoreFact fact)
    {
        for (long number = 1; number < fact.First; number++)
        {
            var place = new Place(fact.Client, fact.Epoch, number);
            if (!judge.HasOldEdge && !judge.Log.Ever.Contains(place) && !Covers(place))
                throw new Violation(nameof(DeclaredGaps), $"a stream begins with {fact}, {number} never came");
        }
    }
}
