using System.Text;
using LightMq.Broker.Settings;

namespace LightMq.Broker.Registry;

/// <summary>
/// The registry of the LMQ dialect as it stands (LMQ-ID-6): access keys, groups, parent topics, and what each
/// group may do. <see cref="Version"/> rises with every change, so that what was judged by it can be kept.
/// </summary>
internal sealed class Register
{
    private readonly BytesComparer _names;
    private readonly Func<ReadOnlyMemory<byte>, string> _unseal;
    private readonly HashSet<(RegistryKind, string)> _configured = [];
    private readonly Dictionary<(RegistryKind, string), (int Key, RegistryChange Change)> _stored = [];
    private int _lastKey;
    private LmqRegistry _current;
    private readonly Dictionary<string, AccessKey> _keys = new(StringComparer.Ordinal);
    private readonly Dictionary<byte[], GroupGrants> _groups;
    private readonly Dictionary<byte[], ParentTopic> _topics;

    /// <summary>Begins with what the configuration has.</summary>
    /// <param name="configured">The base.</param>
    /// <param name="names">Compares names.</param>
    /// <param name="unseal">Gives stored secrets in clear; null: they cannot be had.</param>
    public Register(
        LmqRegistry configured, BytesComparer names, Func<ReadOnlyMemory<byte>, string>? unseal = null)
    {
        _names = names;
        _unseal = unseal ?? (static _ => throw new FormatException("nothing here unseals secrets"));
        _groups = new Dictionary<byte[], GroupGrants>(names);
        _topics = new Dictionary<byte[], ParentTopic>(names);
        _current = configured;
        foreach (var key in configured.AccessKeys) Configure(RegistryChange.Put(key));
        foreach (var group in configured.Groups) Configure(RegistryChange.Put(group));
        foreach (var topic in configured.ParentTopics) Configure(RegistryChange.Put(topic));
        Publish();
    }

    /// <summary>Counts changes: what was granted before may not be any more.</summary>
    public int Version { get; private set; }

    /// <summary>All entries, for other threads to read: replaced whole by each change.</summary>
    public LmqRegistry Current => Volatile.Read(ref _current);

    /// <summary>Every change that is stored, under its key.</summary>
    public IEnumerable<(int Key, RegistryChange Change)> Stored => _stored.Values.OrderBy(entry => entry.Key);

    /// <summary>The access key of this name; null: there is none.</summary>
    public AccessKey? FindKey(string name) => _keys.GetValueOrDefault(name);

    /// <summary>The parent topic of this name; null: it is not registered.</summary>
    public ParentTopic? FindTopic(ReadOnlySpan<byte> name) =>
        _topics.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(name, out var topic) ? topic : null;

    /// <summary>Whether a group is registered (LMQ-ID-2).</summary>
    public bool HasGroup(ReadOnlySpan<byte> name) =>
        _groups.GetAlternateLookup<ReadOnlySpan<byte>>().ContainsKey(name);

    /// <summary>Whether clients of a group may log in with a key.</summary>
    public static bool MayUse(AccessKey key, ReadOnlySpan<byte> group)
    {
        if (key.Groups is null) return true;
        foreach (var allowed in key.Groups)
            if (Ascii.Equals(group, allowed)) return true;
        return false;
    }

    /// <summary>What a group may do under a parent topic; nothing where either is not registered.</summary>
    public Access AccessOf(ReadOnlySpan<byte> group, ReadOnlySpan<byte> parent)
    {
        if (FindTopic(parent) is null) return Access.None;
        return _groups.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(group, out var grants)
            ? grants.Of(parent)
            : Access.None;
    }

    /// <summary>Takes a change that the store holds.</summary>
    public void Restore(int key, ReadOnlySpan<byte> value)
    {
        var change = RegistryRecord.Read(value, _unseal);
        _lastKey = Math.Max(_lastKey, key);
        _stored[(change.Kind, change.Name)] = (key, change);
        Set(change);
    }

    /// <summary>All that the store holds was taken.</summary>
    public void EndRestore() => Publish();

    /// <summary>Makes a change.</summary>
    /// <param name="change">What.</param>
    /// <param name="isKept">
    /// Whether the change itself is to be stored: an entry, or that a configured one is gone. Else what was
    /// stored under the key is to be removed.
    /// </param>
    /// <returns>Key in the store; 0: nothing changes there.</returns>
    public int Apply(RegistryChange change, out bool isKept)
    {
        var id = (change.Kind, change.Name);
        Set(change);
        Publish();
        isKept = !change.IsRemoval || _configured.Contains(id);
        var key = _stored.TryGetValue(id, out var entry) ? entry.Key : 0;
        if (isKept && key == 0) key = ++_lastKey;
        if (isKept) _stored[id] = (key, change);
        else _stored.Remove(id);
        return key;
    }

    /// <summary>What a grant allows.</summary>
    public static Access AccessIn(TopicGrant grant) =>
        (grant.Read ? Access.Read : Access.None) | (grant.Write ? Access.Write : Access.None);

    private void Configure(RegistryChange change)
    {
        _configured.Add((change.Kind, change.Name));
        Set(change);
    }

    private void Set(RegistryChange change)
    {
        var name = BytesOf(change.Name);
        if (change.AccessKey is { } key) _keys[change.Name] = key;
        else if (change.Kind == RegistryKind.AccessKey) _keys.Remove(change.Name);
        if (change.Group is { } group) _groups[name] = new GroupGrants(group, _names);
        else if (change.Kind == RegistryKind.Group) _groups.Remove(name);
        if (change.Topic is { } topic) _topics[name] = topic;
        else if (change.Kind == RegistryKind.Topic) _topics.Remove(name);
        Version++;
    }

    private void Publish() => Volatile.Write(ref _current, new LmqRegistry(
        [.. _keys.Values], [.. _groups.Values.Select(group => group.Entry)], [.. _topics.Values]));

    private static byte[] BytesOf(string name) => Encoding.UTF8.GetBytes(name);

    /// <summary>A group with its grants by parent topic.</summary>
    private sealed class GroupGrants
    {
        private readonly Dictionary<byte[], Access>? _byTopic;

        public GroupGrants(LmqGroup entry, BytesComparer names)
        {
            Entry = entry;
            if (entry.Grants is null) return;
            _byTopic = new Dictionary<byte[], Access>(names);
            foreach (var grant in entry.Grants)
                _byTopic[BytesOf(grant.Topic)] = AccessIn(grant);
        }

        public LmqGroup Entry { get; }

        public Access Of(ReadOnlySpan<byte> parent)
        {
            if (_byTopic is null) return Access.All;
            _byTopic.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(parent, out var access);
            return access;
        }
    }
}
