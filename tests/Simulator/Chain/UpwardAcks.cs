using LightMq.Lmq;
using LightMq.Simulator.Oracle;
using LightMq.Uplink.Bridging;

namespace LightMq.Simulator.Chain;

/// <summary>
/// The uplink acknowledges to the edge only what a core has durably, or what was declared and stored as
/// refused.
/// </summary>
public sealed class UpwardAcks(ChainJudge judge)
{
    public void Done(BridgeMessage message, bool isForeign)
    {
        var reading = judge.Log.Find(message.Payload.Span)
            ?? throw new Violation(nameof(UpwardAcks), "the edge was told of what nobody said");
        reading.IsDone = true;
        var place = PlaceOf(message);
        var isKept = isForeign ? judge.Log.IsPresent(reading) || judge.Refused.Has(place)
            : judge.Log.Ever.Contains(place) || judge.Gaps.Covers(place);
        if (!isKept)
            throw new Violation(nameof(UpwardAcks), $"{reading} is acknowledged to the edge, and is nowhere");
    }

    public static Place PlaceOf(BridgeMessage message)
    {
        EpochText.TryParse(System.Text.Encoding.ASCII.GetBytes(message.Epoch), out var epoch);
        return new Place(message.Client, epoch, message.Sequence);
    }
}
