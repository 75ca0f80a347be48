using LightMq.Broker.Durability;
using LightMq.Simulator.World;

namespace LightMq.Simulator.Machine;

/// <summary>Commits the seeded bugs that store less than was asked.</summary>
public sealed class GroupTamper(Surroundings world)
{
    public StoreGroup Change(StoreGroup group)
    {
        switch (world.Bug)
        {
            case SeededBug.LoseGroup when world.Scheduler.Random.Happens(0.2):
                return Without(group, collection => collection != StoreCollection.Meta);
            case SeededBug.LoseSessions:
                return Without(group, collection => collection == StoreCollection.Sessions);
            case SeededBug.LoseRetained:
                return Without(group, collection => collection == StoreCollection.Retained);
            default:
                return group;
        }
    }

    private static StoreGroup Without(StoreGroup group, Func<StoreCollection, bool> isLost)
    {
        var kept = new StoreGroup { Number = group.Number };
        foreach (var change in group.Changes)
        {
            if (isLost(change.Collection)) continue;
            if (change.IsDelete) kept.Delete(change.Collection, change.Key);
            else kept.Put(change.Collection, change.Key, group.ValueOf(change));
        }
        return kept;
    }
}
