namespace LightMq.Broker.Bridges;

/// <summary>
/// Numbers that rise over restarts without a write to the disk for each: boot counter × 2^32 + n
/// (LMQ-PRE-3).
/// </summary>
public static class RisingNumber
{
    /// <summary>
    /// Starts beyond this one share its first half, because numbers must be exact in JSON: they may come
    /// again after a restart.
    /// </summary>
    public const uint BootMax = (1u << 21) - 1;

    /// <summary>The <paramref name="n"/>th number, from 1, of a start; at most 2^53 - 1.</summary>
    public static long Of(uint boot, long n) =>
        Math.Min(((long)Math.Min(boot, BootMax) << 32) + n, (1L << 53) - 1);
}
