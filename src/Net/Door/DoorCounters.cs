namespace LightMq.Net.Door;

/// <summary>
/// What was turned away, or made to wait, before MQTT had a word. Written by the loop's thread alone.
/// </summary>
public sealed class DoorCounters
{
    private long _acceptsPaused;
    private readonly long[] _refusals = new long[Enum.GetValues<Refusal>().Length];

    /// <summary>Peers turned away for this reason since the start.</summary>
    public long Of(Refusal refusal) => Volatile.Read(ref _refusals[(int)refusal]);

    /// <summary>How often waiting peers were left waiting, because too many came in a second.</summary>
    public long AcceptsPaused => Volatile.Read(ref _acceptsPaused);

    internal void CountPause() => Volatile.Write(ref _acceptsPaused, _acceptsPaused + 1);

    internal void Count(Refusal refusal) => Volatile.Write(ref _refusals[(int)refusal], Of(refusal) + 1);
}
