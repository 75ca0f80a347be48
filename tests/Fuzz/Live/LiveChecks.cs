namespace LightMq.Fuzz.Live;

/// <summary>
/// What must hold while a broker is fuzzed and after it, judged over what was measured. Each check gives what
/// is wrong, or nothing.
/// </summary>
internal static class LiveChecks
{
    /// <summary>Descriptors that may be open more than at the start, once all attackers are gone.</summary>
    public const int DescriptorsMore = 8;

    /// <summary>Threads that may run more than at the start: the runtime's pool makes some.</summary>
    public const int ThreadsMore = 16;

    /// <summary>
    /// KiB that may be resident more than when the tables had filled: 1 MiB was measured in eleven minutes, 4
    /// in two; queues that fill later may take some of what they are granted.
    /// </summary>
    public const int GrowthKilobytesMax = 24 * 1024;

    /// <summary>KiB resident at most: 43 MiB were measured, and 64 more may lie in queues.</summary>
    public const int ResidentKilobytesMax = 128 * 1024;

    /// <summary>
    /// Milliseconds for one message out and back: for 99 of 100, and for the slowest. A busy machine must not
    /// fail here; a loop that stands still must.
    /// </summary>
    public const double LatencyP99Max = 1_000, LatencyMax = 5_000;

    // The part of a run in which tables fill, and the part that is looked at for growth.
    private const double WarmUp = 0.3, Late = 0.8;

    /// <summary>While it is fuzzed.</summary>
    public static IEnumerable<string> During(IReadOnlyList<Vitals> looks)
    {
        if (looks.FirstOrDefault(static look => !look.IsAlive) is { } dead)
        {
            yield return $"the process had ended after {dead.Seconds:F0} s";
            yield break;
        }
        var threads = looks.Max(static look => look.Threads);
        if (threads > looks[0].Threads + ThreadsMore)
            yield return $"{threads} threads; {looks[0].Threads} at the start";
        var most = looks.Max(static look => look.ResidentKilobytes);
        if (most > ResidentKilobytesMax) yield return $"{most} KiB resident";
        var warm = looks.Take(1 + (int)(looks.Count * WarmUp)).Max(static look => look.ResidentKilobytes);
        var late = Median(looks.Skip((int)(looks.Count * Late)));
        if (late > warm + GrowthKilobytesMax) yield return $"memory grew from {warm} to {late} KiB";
    }

    /// <summary>Once every attacker is gone and some time has passed.</summary>
    public static IEnumerable<string> After(Vitals start, Vitals end)
    {
        if (!end.IsAlive) yield return "the process had ended";
        else if (end.Descriptors > start.Descriptors + DescriptorsMore)
            yield return $"{end.Descriptors} descriptors stay open; {start.Descriptors} at the start";
    }

    /// <summary>What the control client saw.</summary>
    /// <param name="milliseconds">Each message's time.</param>
    /// <param name="trouble">What it complained of.</param>
    /// <param name="messagesMin">Fewer mean that it hung.</param>
    public static IEnumerable<string> Control(
        IReadOnlyList<double> milliseconds, string? trouble, int messagesMin)
    {
        if (trouble is not null) yield return $"the control client: {trouble}";
        if (milliseconds.Count < messagesMin)
            yield return $"the control client got {milliseconds.Count} messages through, not {messagesMin}";
        if (milliseconds.Count == 0) yield break;
        var p99 = Percentile(milliseconds, 0.99);
        if (p99 > LatencyP99Max) yield return $"99 of 100 messages took up to {p99:F0} ms";
        if (milliseconds.Max() > LatencyMax) yield return $"a message took {milliseconds.Max():F0} ms";
    }

    /// <summary>What the process wrote to standard error.</summary>
    public static IEnumerable<string> Log(string text) => text.Split('\n').Where(static line =>
        line.Contains(" ERR ", StringComparison.Ordinal) || line.Contains(" FTL ", StringComparison.Ordinal)
        || line.Contains("Unhandled", StringComparison.Ordinal)
        || line.StartsWith("   at ", StringComparison.Ordinal)).Take(20);

    public static double Percentile(IReadOnlyList<double> values, double part) =>
        values.Order().ElementAt(Math.Min(values.Count - 1, (int)(values.Count * part)));

    private static int Median(IEnumerable<Vitals> looks) => (int)Percentile(
        [.. looks.Select(static look => (double)look.ResidentKilobytes)], 0.5);
}
