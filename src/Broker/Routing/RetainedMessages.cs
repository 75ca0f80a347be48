using LightMq.Broker.Bridges;
using LightMq.Broker.Durability;
using LightMq.Broker.Messages;
using LightMq.Broker.Settings;
using LightMq.Mqtt;

namespace LightMq.Broker.Routing;

/// <summary>The last retained message of a topic.</summary>
internal sealed class RetainedEntry(int key, byte[] topic)
{
    public int Key { get; } = key;
    public byte[] Topic { get; } = topic;
    /// <summary>Null once it was cleared (MQTT-3.3.1-10).</summary>
    public Message? Message { get; set; }
    public bool IsDirty { get; set; }
}

/// <summary>
/// The retained store. To the hold it is one more persistent subscriber, coalesced per topic.
/// </summary>
internal sealed class RetainedMessages(BytesComparer names, MessagePool messages, BrokerOptions options)
{
    private readonly Dictionary<byte[], RetainedEntry> _entries = new(names);
    private readonly Stack<int> _freeKeys = [];
    private int _lastKey;

    /// <summary>Entries to be written with the next group.</summary>
    public List<RetainedEntry> Dirty { get; } = [];

    public int Count { get; private set; }
    public long Bytes { get; private set; }
    /// <summary>Bytes of their buffers, for the memory bound.</summary>
    public long BufferBytes { get; private set; }

    /// <summary>Whether a message of this size may be kept for the topic.</summary>
    public bool HasRoom(ReadOnlySpan<byte> topic, int bytes) => Find(topic) is { Message: not null }
        ? Bytes + bytes <= options.RetainedBytesMax
        : Count < options.RetainedMessagesMax && Bytes + bytes <= options.RetainedBytesMax;

    /// <summary>Sets (or, with null, clears) the topic's message; a reference is taken.</summary>
    public RetainedEntry? Set(ReadOnlySpan<byte> topic, Message? message)
    {
        var entry = Find(topic);
        if (entry is null)
        {
            if (message is null) return null;
            entry = new RetainedEntry(_freeKeys.Count > 0 ? _freeKeys.Pop() : ++_lastKey, topic.ToArray());
            _entries.Add(entry.Topic, entry);
        }
        Replace(entry, message);
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
            return;
        }
        group.Delete(StoreCollection.Retained, entry.Key);
        if (_entries.Remove(entry.Topic)) _freeKeys.Push(entry.Key);
    }

    /// <summary>Brings a stored message back.</summary>
    public void Restore(int key, Message message)
    {
        var entry = new RetainedEntry(key, message.Topic.ToArray());
        _lastKey = Math.Max(_lastKey, key);
        if (_entries.TryAdd(entry.Topic, entry)) Replace(entry, message);
    }

    /// <summary>Calls back for every message whose topic matches the filter.</summary>
    public void Match(ReadOnlySpan<byte> filter, List<Message> found)
    {
        if (filter.IndexOfAny((byte)'+', (byte)'#') < 0)
        {
            if (Find(filter)?.Message is { } exact) found.Add(exact);
            return;
        }
        foreach (var entry in _entries.Values)
            if (entry.Message is { } message && Topics.Matches(filter, entry.Topic)) found.Add(message);
    }

    private RetainedEntry? Find(ReadOnlySpan<byte> topic)
    {
        _entries.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(topic, out var entry);
        return entry;
    }

    private void Replace(RetainedEntry entry, Message? message)
    {
        if (entry.Message is { } old)
        {
            Count--;
            Bytes -= old.Length;
            BufferBytes -= old.BufferBytes;
            messages.Release(old);
        }
        entry.Message = message;
        if (message is null) return;
        message.References++;
        Count++;
        Bytes += message.Length;
        BufferBytes += message.BufferBytes;
    }
}
