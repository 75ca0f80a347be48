namespace LightMq.Net.Door;

/// <summary>
/// What was turned away, or made to wait, before MQTT had a word. Written by the loop's thread alone.
/// </summary>
public sealed class DoorCounters
{
    private readonly long[] _refusals = new long[Enum.GetValues<Refusal>().Length];

    /// <summary>Peers turned away for this reason since the start.</summary>
    public long Of(Refusal refusal) => Volatile.Read(ref _refusals[(int)refusal]);

    internal void Count(Refusal refusal) => Volatile.Write(ref _refusals[(int)refusal], Of(refusal) + 1);
}
