namespace LightMq.Uplink.Bridging;

/// <summary>
/// How far the stream of each client went up in this run. A number that is not the next one shows that
/// the local broker has lost messages, or that the central has.
/// </summary>
internal sealed class StreamEnds(int streamsMax)
{
    private const string Damaged = "damaged", Gone = "gone";
    private readonly Dictionary<string, End> _ends = [];

    private readonly record struct End(string Epoch, long Last, bool IsWanted);

    /// <summary>The gap that must be declared before a message, or before another gap; null: none.</summary>
    public BridgeMessage? GapBefore(BridgeMessage message)
    {
        if (!message.IsNumbered) return null;
        if (!_ends.TryGetValue(message.Client, out var end) || end.Epoch != message.Epoch) return null;
        return message.Sequence <= end.Last + 1 ? null
            : BridgeMessage.Gap(message.Client, message.Epoch, end.Last + 1, message.Sequence - 1,
                end.IsWanted ? Gone : Damaged);
    }

    /// <summary>A message, or the declaration of a gap, was sent.</summary>
    public void Sent(BridgeMessage message)
    {
        if (!message.IsNumbered) return;
        if (_ends.TryGetValue(message.Client, out var end) && end.Epoch == message.Epoch
            && message.LastSequence <= end.Last)
            return;
        // Forgetting all costs nothing but a question of the central's.
        if (_ends.Count >= streamsMax && !_ends.ContainsKey(message.Client)) _ends.Clear();
        _ends[message.Client] = new End(message.Epoch, message.LastSequence, false);
    }

    /// <summary>The central wants this number next.</summary>
    public void Wanted(string client, string epoch, long number) =>
        _ends[client] = new End(epoch, number - 1, true);
}
