using LightMq.Broker.Durability;

namespace LightMq.Simulator.Machine;

/// <summary>A group in words, for verbose runs.</summary>
public static class GroupText
{
    public static string Of(StoreGroup group)
    {
        var changes = new List<string>();
        foreach (var change in group.Changes)
            changes.Add($"{change.Collection} {change.Key}: {(change.IsDelete ? "gone" : $"{change.Length}")}");
        return $"group {group.Number}: {string.Join(", ", changes)}";
    }
}
