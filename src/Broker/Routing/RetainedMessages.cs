using LightMq.Broker.Bridges;
using LightMq.Broker.Durability;
using LightMq.Broker.Messages;
using LightMq.Broker.Settings;

namespace LightMq.Broker.Routing;

/// <summary>The last retained message of a topic.</summary>
internal sealed class RetainedEntry(int key, byte[] topic)
{
    public int Key { get; } = key;
    public byte[] Topic { get; } = topic;
    /// <summary>Null once it was cleared (MQTT-3.3.1-10).</summary>
    public Message? Message { get; set; }
    public bool IsDirty { get; set; }
    /// <summary>Whether the store holds something of it.</summary>
    public bool IsStored { get; set; }
}

/// <summary>
/// The retained store. To the hold it is one more persistent subscriber, coalesced per topic.
/// </summary>
internal sealed class RetainedMessages(BytesComparer names, MessagePool messages, BrokerOptions options)
{
    private readonly Dictionary<byte[], RetainedEntry> _entries = new(names);
    private readonly Stack<int> _freeKeys = [];
    private readonly List<RetainedEntry?> _byKey = [];
    private const int KeyMax = 16_000_000;

    /// <summary>Entries to be written with the next group.</summary>
    public List<RetainedEntry> Dirty { get; } = [];

    public int Count { get; private set; }
    /// <summary>Those that expire.</summary>
    public int ExpiringCount { get; private set; }
    /// <summary>Bytes of all content, topics cleared but not yet off the disk included.</summary>
    public long Bytes { get; private set; }
    /// <summary>Bytes of their buffers, for the memory bound.</summary>
    public long BufferBytes { get; private set; }
    /// <summary>Highest key in use.</summary>
    public int LastKey => _byKey.Count - 1;

    /// <summary>The entry of a key, if there is one.</summary>
    public RetainedEntry? At(int key) => key < _byKey.Count ? _byKey[key] : null;

    /// <summary>Whether a message may be kept for the topic.</summary>
    public bool HasRoom(ReadOnlySpan<byte> topic, int contentBytes)
    {
        var entry = Find(topic);
        if (entry is null && _entries.Count >= options.RetainedMessagesMax) return false;
        var more = contentBytes - ContentBytes(entry?.Message) + (entry is null ? topic.Length : 0);
        return Bytes + more <= options.RetainedBytesMax;
    }

    /// <summary>Sets (or, with null, clears) the topic's message; a reference is taken.</summary>
    public RetainedEntry? Set(ReadOnlySpan<byte> topic, Message? message)
    {
        var entry = Find(topic);
        if (entry is null)
        {
            if (message is null) return null;
            entry = Add(_freeKeys.Count > 0 ? _freeKeys.Pop() : _byKey.Count, topic.ToArray());
        }
        Replace(entry, message);
        if (message is null && entry is { IsStored: false, IsDirty: false }) Remove(entry);
        return entry;
    }

    /// <summary>The topic's state is to be written with the next group.</summary>
    public void Store(ReadOnlySpan<byte> topic)
    {
        if (Find(topic) is not { IsDirty: false } entry) return;
        entry.IsDirty = true;
        Dirty.Add(entry);
    }

    /// <summary>Puts a dirty entry into the group.</summary>
    public void Write(RetainedEntry entry, StoreGroup group, ByteWriter scratch, Epoch epoch)
    {
        entry.IsDirty = false;
        if (entry.Message is { } message)
        {
            scratch.Reset();
            MessageRecord.Write(scratch, message, message.Epoch ?? epoch, []);
            group.Put(StoreCollection.Retained, entry.Key, scratch.Written);
            entry.IsStored = true;
            return;
        }
        if (entry.IsStored) group.Delete(StoreCollection.Retained, entry.Key);
        Remove(entry);
    }

    /// <summary>Everything is to be written anew: the store had to be salvaged.</summary>
    public void StoreAll()
    {
        foreach (var entry in _entries.Values) Store(entry.Topic);
    }

    /// <summary>Brings a stored message back.</summary>
    public void Restore(int key, Message message)
    {
        if (key is < 0 or > KeyMax) throw new FormatException("a retained message with an impossible key");
        if (At(key) is not null || Find(message.Topic) is not null)
            throw new FormatException("a retained message stands twice");
        var entry = Add(key, message.Topic.ToArray());
        entry.IsStored = true;
        Replace(entry, message);
    }

    /// <summary>After all were restored: keys in between may be given out.</summary>
    public void EndRestore()
    {
        for (var key = _byKey.Count - 1; key >= 0; key--)
            if (_byKey[key] is null) _freeKeys.Push(key);
    }

    /// <summary>The entry of a topic, if there is one.</summary>
    public RetainedEntry? Find(ReadOnlySpan<byte> topic)
    {
        _entries.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(topic, out var entry);
        return entry;
    }

    private RetainedEntry Add(int key, byte[] topic)
    {
        var entry = new RetainedEntry(key, topic);
        while (_byKey.Count <= key) _byKey.Add(null);
        _byKey[key] = entry;
        _entries.Add(entry.Topic, entry);
        Bytes += entry.Topic.Length;
        return entry;
    }

    private void Remove(RetainedEntry entry)
    {
        _entries.Remove(entry.Topic);
        _byKey[entry.Key] = null;
        _freeKeys.Push(entry.Key);
        Bytes -= entry.Topic.Length;
    }

    private void Replace(RetainedEntry entry, Message? message)
    {
        if (entry.Message is { } old)
        {
            Count--;
            Bytes -= ContentBytes(old);
            if (old.ExpiresAt > 0) ExpiringCount--;
            BufferBytes -= old.BufferBytes;
            messages.Release(old);
        }
        entry.Message = message;
        if (message is null) return;
        message.References++;
        Count++;
        Bytes += ContentBytes(message);
        if (message.ExpiresAt > 0) ExpiringCount++;
        BufferBytes += message.BufferBytes;
    }

    private static int ContentBytes(Message? message) =>
        message is null ? 0 : message.PropertiesLength + message.Payload.Length;
}
