namespace LightMq.Broker.Settings;

/// <summary>In which order the core keeps what is published under a parent topic (LMQ-ID-5).</summary>
public enum TopicType
{
    /// <summary>No order is promised; keyed by client all the same (LMQ-ORD-3).</summary>
    Normal,
    /// <summary>In order per client (LMQ-ORD-2).</summary>
    PartitionOrdered,
    /// <summary>In the core's order of arrival for the whole topic.</summary>
    GloballyOrdered,
}

/// <summary>A registered first level of topics (LMQ-ID-3).</summary>
/// <param name="Name">One level without wildcards.</param>
/// <param name="Type">Its order.</param>
/// <param name="Spread">Whether a normal topic is spread without a key (LMQ-ORD-3).</param>
public sealed record ParentTopic(string Name, TopicType Type = TopicType.Normal, bool Spread = false)
{
    /// <summary>A normal topic.</summary>
    public static implicit operator ParentTopic(string name) => new(name);
}

/// <summary>What a group may do under a parent topic.</summary>
/// <param name="Topic">Name of the parent topic.</param>
/// <param name="Read">May subscribe.</param>
/// <param name="Write">May publish.</param>
public sealed record TopicGrant(string Topic, bool Read, bool Write);

/// <summary>A registered group (LMQ-ID-2).</summary>
/// <param name="Name">Group id.</param>
/// <param name="Grants">What its clients may do; null: everything under every registered topic.</param>
public sealed record LmqGroup(string Name, IReadOnlyList<TopicGrant>? Grants = null)
{
    /// <summary>A group that may do everything.</summary>
    public static implicit operator LmqGroup(string name) => new(name);
}

/// <summary>Access key with its secret (LMQ-AUTH-1).</summary>
/// <param name="Key">User name of logins that it signs.</param>
/// <param name="Secret">What it signs with.</param>
/// <param name="Groups">Groups whose clients may use it; null: all.</param>
public sealed record AccessKey(string Key, string Secret, IReadOnlyList<string>? Groups = null)
{
    /// <summary>
    /// The secret as it may be stored, encrypted by the host; empty: this key is never stored, because it
    /// comes from the configuration.
    /// </summary>
    public ReadOnlyMemory<byte> SealedSecret { get; init; }

    /// <summary>Names the key only: a secret is never printed.</summary>
    public override string ToString() => $"AccessKey {Key}";
}

/// <summary>The registry of the LMQ dialect (LMQ-ID-6); never changed, but replaced.</summary>
/// <param name="AccessKeys">Keys that may sign logins.</param>
/// <param name="Groups">Registered groups.</param>
/// <param name="ParentTopics">Registered first levels of topics.</param>
public sealed record LmqRegistry(
    IReadOnlyList<AccessKey> AccessKeys, IReadOnlyList<LmqGroup> Groups,
    IReadOnlyList<ParentTopic> ParentTopics)
{
    /// <summary>Nothing registered.</summary>
    public static LmqRegistry Empty { get; } = new([], [], []);
}
