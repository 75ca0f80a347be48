using LightMq.Uplink.Bridging;

namespace LightMq.Unit.Uplink;

/// <summary>
/// A central as LMQ-CORE-4 wants it: takes the next number of each stream, drops repeated ones, closes at
/// a hole, and at poison. It may lose what it took lately and did not acknowledge.
/// </summary>
internal sealed class ModelCentral
{
    private readonly Dictionary<string, long> _last = [];

    /// <summary>Everything it took, in order; gaps as from-to.</summary>
    public List<string> Log { get; } = [];

    /// <summary>What it will never take.</summary>
    public HashSet<string> Poison { get; } = [];

    /// <summary>A publish; null: it is taken, to be acknowledged.</summary>
    public CloseCause? Take(BridgeMessage message)
    {
        if (Poison.Contains(BridgeStage.Text(message))) return new CloseCause(CloseKind.Refused, 0x87);
        var isKnown = _last.TryGetValue(message.Client, out var last);
        if (isKnown && message.LastSequence <= last) return null;
        if (isKnown && message.Sequence > last + 1)
            return new CloseCause(CloseKind.Hole, 0x82, message.Client, message.Epoch, last + 1);
        _last[message.Client] = message.LastSequence;
        Log.Add($"{message.Client}:{BridgeStage.Text(message)}");
        return null;
    }
}
