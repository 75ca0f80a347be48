using LightMq.Broker;
using LightMq.Broker.Settings;
using LightMq.Host.Configuration;
using LightMq.Host.Secrets;
using LightMq.Net;

namespace LightMq.Host.Admin;

/// <summary>
/// Where the admin API changes the registry: judges a change, hands it to the loop and waits until it is
/// durable. One change at a time, so that what was judged still holds when it is made.
/// </summary>
internal sealed class RegistryDesk(Engine engine, Mailbox mail, SecretBox box)
{
    private const int DurableMilliseconds = 30_000;

    private readonly Lock _turn = new();

    /// <summary>The registry as it stands.</summary>
    public LmqRegistry Registry => engine.Registry;

    /// <summary>A change is durable; called by the loop.</summary>
    public static void Stored(RegistryChange change) => (change.Host as TaskCompletionSource)?.TrySetResult();

    /// <summary>Sets an access key; without a secret the one that it has stays.</summary>
    /// <returns>Whether it is new.</returns>
    public bool PutKey(string name, KeyBody body)
    {
        lock (_turn)
        {
            Check("key", name, RegistryRules.IsKey, RegistryRules.KeyAllowed);
            if (body.Key is not null && body.Key != name)
                throw AdminError.Wrong("key", body.Key, "the name in the path");
            var known = Registry.AccessKeys.FirstOrDefault(key => key.Key == name);
            var secret = body.Secret ?? known?.Secret;
            if (secret is null) throw AdminError.Wrong("secret", null, RegistryRules.SecretAllowed);
            if (!RegistryRules.IsSecret(secret))
                throw new AdminError(400, $"secret: (hidden) is not {RegistryRules.SecretAllowed}");
            foreach (var group in body.Groups ?? [])
            {
                Check("groups", group, RegistryRules.IsGroup, RegistryRules.GroupAllowed);
                if (!Registry.Groups.Any(one => one.Name == group))
                    throw new AdminError(409, $"groups: '{group}' is not registered: register it first");
            }
            Count(known is null, Registry.AccessKeys.Count);
            var key = new AccessKey(name, secret, body.Groups) { SealedSecret = box.Seal(secret) };
            Make(host => RegistryChange.Put(key, host));
            return known is null;
        }
    }

    /// <summary>Sets a group.</summary>
    /// <returns>Whether it is new.</returns>
    public bool PutGroup(string name, GroupBody body)
    {
        lock (_turn)
        {
            Check("group", name, RegistryRules.IsGroup, RegistryRules.GroupAllowed);
            if (body.Group is not null && body.Group != name)
                throw AdminError.Wrong("group", body.Group, "the name in the path");
            var grants = body.Grants?.Select(GrantOf).ToArray();
            if (grants?.GroupBy(static grant => grant.Topic).FirstOrDefault(static same => same.Count() > 1)
                is { } twice)
                throw AdminError.Wrong("grants", twice.Key, "unique: the topic is there twice");
            var isNew = !Registry.Groups.Any(group => group.Name == name);
            Count(isNew, Registry.Groups.Count);
            Make(host => RegistryChange.Put(new LmqGroup(name, grants), host));
            return isNew;
        }
    }

    /// <summary>Sets a parent topic.</summary>
    /// <returns>Whether it is new.</returns>
    public bool PutTopic(string name, TopicBody body)
    {
        lock (_turn)
        {
            Check("topic", name, RegistryRules.IsTopic, RegistryRules.TopicAllowed);
            if (body.Topic is not null && body.Topic != name)
                throw AdminError.Wrong("topic", body.Topic, "the name in the path");
            var type = TopicType.Normal;
            if (body.Type is not null && !RegistryRules.TryType(body.Type, out type))
                throw AdminError.Wrong("type", body.Type, RegistryRules.TypeAllowed);
            if (body.Spread && type != TopicType.Normal)
                throw AdminError.Wrong(
                    "spread", "true", "for a topic with an order: only normal ones are spread");
            var isNew = !Registry.ParentTopics.Any(topic => topic.Name == name);
            Count(isNew, Registry.ParentTopics.Count);
            Make(host => RegistryChange.Put(new ParentTopic(name, type, body.Spread), host));
            return isNew;
        }
    }

    /// <summary>Takes an entry out.</summary>
    public void Remove(RegistryKind kind, string name)
    {
        lock (_turn)
        {
            var isThere = kind switch
            {
                RegistryKind.AccessKey => Registry.AccessKeys.Any(key => key.Key == name),
                RegistryKind.Group => Registry.Groups.Any(group => group.Name == name),
                _ => Registry.ParentTopics.Any(topic => topic.Name == name),
            };
            if (!isThere) throw new AdminError(404, $"'{name}' is not registered");
            Make(host => RegistryChange.Remove(kind, name, host));
        }
    }

    /// <summary>The quotas in force, and their use at the last look.</summary>
    public QuotasBody Quotas => QuotasBody.Of(engine.Quotas, engine.QuotaUses);

    /// <summary>Puts quotas in the place of those in force (LMQ-LIM-5).</summary>
    public void PutQuotas(InstanceQuotas quotas)
    {
        lock (_turn) Make(host => RegistryChange.Put(quotas, host));
    }

    /// <summary>Goes back to the configured quotas.</summary>
    public void RemoveQuotas()
    {
        lock (_turn)
            Make(static host =>
                RegistryChange.Remove(RegistryKind.Quotas, RegistryChange.QuotasName, host));
    }

    private TopicGrant GrantOf(GrantBody body)
    {
        if (body.Topic is null) throw AdminError.Wrong("topic", null, RegistryRules.TopicAllowed);
        Check("topic", body.Topic, RegistryRules.IsTopic, RegistryRules.TopicAllowed);
        if (body.Access is null || !RegistryRules.TryAccess(body.Access, out var read, out var write))
            throw AdminError.Wrong("access", body.Access, RegistryRules.AccessAllowed);
        if (!Registry.ParentTopics.Any(topic => topic.Name == body.Topic))
            throw new AdminError(409, $"topic: '{body.Topic}' is not registered: register it first");
        return new TopicGrant(body.Topic, read, write);
    }

    private static void Check(string key, string value, Func<string, bool> isAllowed, string allowed)
    {
        if (!isAllowed(value)) throw AdminError.Wrong(key, value, allowed);
    }

    private static void Count(bool isNew, int count)
    {
        if (isNew && count >= RegistryRules.EntriesMax)
            throw new AdminError(409, $"there are {RegistryRules.EntriesMax} of these already");
    }

    private void Make(Func<object, RegistryChange> make)
    {
        var stored = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        mail.RegistryChanged(make(stored));
        if (!stored.Task.Wait(DurableMilliseconds))
            throw new AdminError(
                503, "the disk does not take it: it counts now, but a restart may forget it");
    }
}
