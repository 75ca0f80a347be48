using System.Runtime.CompilerServices;

namespace LightMq.Simulator.Disk;

/// <summary>
/// LiteDB draws the shape of its indexes from one generator per process. Here it gets one per thread, begun
/// anew with each simulated disk, so that a run repeats whatever ran before it or runs beside it.
/// </summary>
public static class LiteDbChance
{
    static LiteDbChance() => Generator(null) = new PerThread();

    /// <summary>Puts this thread's generator where <paramref name="seed"/> puts it.</summary>
    public static void Reset(int seed) => PerThread.Begin(seed);

    [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "_random")]
    private static extern ref Random Generator(
        [UnsafeAccessorType("LiteDB.Randomizer, LiteDB")] object? none);

    private sealed class PerThread : Random
    {
        [ThreadStatic]
        private static Random? t_own;

        public static void Begin(int seed) => t_own = new Random(seed);

        public override int Next() => (t_own ??= new Random(0)).Next();

        public override int Next(int minValue, int maxValue) =>
            (t_own ??= new Random(0)).Next(minValue, maxValue);
    }
}
