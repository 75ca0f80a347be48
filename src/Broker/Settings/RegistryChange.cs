namespace LightMq.Broker.Settings;

/// <summary>The kinds of registry entries.</summary>
public enum RegistryKind : byte
{
    /// <summary>An <see cref="Settings.AccessKey"/>.</summary>
    AccessKey = 1,
    /// <summary>An <see cref="LmqGroup"/>.</summary>
    Group = 2,
    /// <summary>A <see cref="ParentTopic"/>.</summary>
    Topic = 3,
}

/// <summary>
/// One change of the registry while the broker runs (LMQ-ID-6): an entry put in, or taken out.
/// </summary>
public sealed class RegistryChange
{
    private RegistryChange(RegistryKind kind, string name) => (Kind, Name) = (kind, name);

    /// <summary>What kind of entry.</summary>
    public RegistryKind Kind { get; }
    /// <summary>Its name.</summary>
    public string Name { get; }
    /// <summary>The access key put in, with its sealed secret.</summary>
    public AccessKey? AccessKey { get; private init; }
    /// <summary>The group put in.</summary>
    public LmqGroup? Group { get; private init; }
    /// <summary>The parent topic put in.</summary>
    public ParentTopic? Topic { get; private init; }
    /// <summary>The host's own, to know the answer by.</summary>
    public object? Host { get; init; }
    /// <summary>Whether the entry is taken out.</summary>
    public bool IsRemoval => AccessKey is null && Group is null && Topic is null;

    /// <summary>Puts an access key in, or in the place of the one of its name.</summary>
    public static RegistryChange Put(AccessKey key, object? host = null) =>
        new(RegistryKind.AccessKey, key.Key) { AccessKey = key, Host = host };
    /// <summary>The same for a group.</summary>
    public static RegistryChange Put(LmqGroup group, object? host = null) =>
        new(RegistryKind.Group, group.Name) { Group = group, Host = host };
    /// <summary>The same for a parent topic.</summary>
    public static RegistryChange Put(ParentTopic topic, object? host = null) =>
        new(RegistryKind.Topic, topic.Name) { Topic = topic, Host = host };
    /// <summary>Takes an entry out; nothing happens where there is none.</summary>
    public static RegistryChange Remove(RegistryKind kind, string name, object? host = null) =>
        new(kind, name) { Host = host };
}
