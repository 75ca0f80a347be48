namespace LightMq.Simulator.World;

/// <summary>Ways to ask a seeded <see cref="Random"/>.</summary>
public static class Chance
{
    public static bool Happens(this Random random, double probability) => random.NextDouble() < probability;

    public static T Pick<T>(this Random random, IReadOnlyList<T> choices) =>
        choices[random.Next(choices.Count)];

    /// <summary>Between two times, each magnitude as likely as the next.</summary>
    public static long Spread(this Random random, long low, long high) =>
        (long)(low * Math.Pow((double)high / low, random.NextDouble()));
}
