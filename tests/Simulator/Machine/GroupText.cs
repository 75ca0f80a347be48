using LightMq.Broker.Durability;

namespace LightMq.Simulator.Machine;

/// <summary>A group in words, for verbose runs.</summary>
public static class GroupText
{
    public static string Of(StoreGroup group)
    {
        var changes = new List<string>();
        foreach (var change in group.Changes)
        {
            var what = change.IsDelete ? "gone" : $"{change.Length}";
            changes.Add($"{change.Collection} {change.Key}: {what}");
        }
        return $"group {group.Number}: {string.Join(", ", changes)}";
    }
}
