namespace LightMq.Uplink.Bridging;

/// <summary>Topics under <paramref name="From"/> go on under <paramref name="To"/>.</summary>
/// <param name="From">Whole levels without a slash at the end; empty: every topic.</param>
/// <param name="To">What stands in their place; empty: nothing.</param>
public sealed record TopicRule(string From, string To);

/// <summary>Renames topics by their first levels. The first rule that fits counts.</summary>
public sealed class TopicMap(IReadOnlyList<TopicRule> rules)
{
    /// <summary>Leaves every topic as it is.</summary>
    public static readonly TopicMap Same = new([]);

    /// <summary>The topic on the other side. Topics that begin with <c>$</c> stay.</summary>
    public string Of(string topic)
    {
        if (rules.Count == 0 || topic.StartsWith('$')) return topic;
        foreach (var rule in rules)
        {
            if (!IsUnder(topic, rule.From)) continue;
            if (rule.From.Length == 0) return rule.To.Length == 0 ? topic : $"{rule.To}/{topic}";
            var rest = topic.AsSpan(rule.From.Length); // empty, or with its slash
            if (rule.To.Length > 0) return string.Concat(rule.To, rest);
            return rest.Length > 1 ? rest[1..].ToString() : topic;
        }
        return topic;
    }

    /// <summary>
    /// Two rules, one for each direction, by which a message could come back to where it came from; null:
    /// there are none.
    /// </summary>
    public static (TopicRule Up, TopicRule Down)? Overlap(
        IReadOnlyList<TopicRule> up, IReadOnlyList<TopicRule> down)
    {
        foreach (var one in up)
            foreach (var other in down)
                if (Overlap(one.To, other.From) && Overlap(other.To, one.From)) return (one, other);
        return null;
    }

    private static bool Overlap(string one, string other) => IsUnder(one, other) || IsUnder(other, one);

    private static bool IsUnder(string topic, string prefix) =>
        prefix.Length == 0
        || (topic.StartsWith(prefix, StringComparison.Ordinal)
            && (topic.Length == prefix.Length || topic[prefix.Length] == '/'));
}
