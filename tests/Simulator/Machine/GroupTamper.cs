using LightMq.Broker.Durability;
using LightMq.Simulator.World;

namespace LightMq.Simulator.Machine;

/// <summary>Commits the seeded bugs that store less than was asked.</summary>
public sealed class GroupTamper(Surroundings world)
{
    // A mailbox's id begins with what is no UTF-8.
    private static readonly byte[] s_mailbox = [0xFF, .. "GID_"u8];

    private delegate bool Chosen(in StoreChange change);

    public StoreGroup Change(StoreGroup group)
    {
        switch (world.Bug)
        {
            case SeededBug.LoseGroup when world.Scheduler.Random.Happens(0.2):
                return Without(group, (in change) => change.Collection != StoreCollection.Meta);
            case SeededBug.LoseSessions:
                return Without(group, (in change) => change.Collection == StoreCollection.Sessions);
            case SeededBug.LoseRetained:
                return Without(group, (in change) => change.Collection == StoreCollection.Retained);
            case SeededBug.LoseMailboxes:
                return Without(group, (in change) => change.Collection == StoreCollection.Sessions
                    && !change.IsDelete && group.ValueOf(change).IndexOf(s_mailbox) >= 0);
            default:
                return group;
        }
    }

    private static StoreGroup Without(StoreGroup group, Chosen isLost)
    {
        var kept = new StoreGroup { Number = group.Number };
        foreach (var change in group.Changes)
        {
            if (isLost(change)) continue;
            if (change.IsDelete) kept.Delete(change.Collection, change.Key);
            else kept.Put(change.Collection, change.Key, group.ValueOf(change));
        }
        return kept;
    }
}
