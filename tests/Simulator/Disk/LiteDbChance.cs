using System.Reflection;
using LiteDB.Engine;

namespace LightMq.Simulator.Disk;

/// <summary>
/// LiteDB draws the shape of its indexes from one generator per process. A run that is to repeat sets it
/// first.
/// </summary>
public static class LiteDbChance
{
    /// <summary>Puts the generator where <paramref name="seed"/> puts it.</summary>
    public static void Reset(int seed)
    {
        const BindingFlags Hidden = BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;
        var holder = typeof(LiteEngine).Assembly.GetType("LiteDB.Randomizer", throwOnError: true)!;
        var random = holder.GetField("_random", Hidden)!.GetValue(null);
        var state = typeof(Random).GetField("_impl", Hidden)!;
        state.SetValue(random, state.GetValue(new Random(seed)));
    }
}
