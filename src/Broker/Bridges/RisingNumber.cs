namespace LightMq.Broker.Bridges;

/// <summary>
/// Numbers that rise over restarts without a write to the disk for each: boot counter × 2^32 + n (LMQ-PRE-3).
/// </summary>
internal static class RisingNumber
{
    /// <summary>
    /// From this boot on, all have the same first half: a number would no longer be exact in JSON, and may now
    /// come again after a restart.
    /// </summary>
    public const uint BootEnd = (1u << 21) - 1;

    /// <summary>The <paramref name="n"/>th number, from 1, of a start; at most 2^53 - 1.</summary>
    public static long Of(uint boot, long n) =>
        Math.Min(((long)Math.Min(boot, BootEnd) << 32) + n, (1L << 53) - 1);
}
