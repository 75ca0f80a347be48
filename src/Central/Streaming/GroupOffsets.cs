using System.Text.Json;
using LightMq.Central.State;
using LightMq.Store.Disk;

namespace LightMq.Central.Streaming;

/// <summary>
/// How far groups of consumers have come: the offset of the next message that they want, durable before it is
/// answered. For any thread.
/// </summary>
internal sealed class GroupOffsets : IDisposable
{
    /// <summary>Most groups times partitions.</summary>
    public const int EntriesMax = 100_000;

    private const string Name = "stream/offsets";
    private const int WasteBytesMax = 1 << 20, LineBytes = 200;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Group, string Topic, int Partition), long> _offsets = [];
    private readonly Journal _journal;

    /// <summary>Reads what was kept.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public GroupOffsets(IDisk disk)
    {
        _journal = Journal.Open(disk, Name, Take);
    }

    /// <summary>Lines of the file that did not verify.</summary>
    public int Damaged => _journal.Damaged;

    /// <summary>The offset that a group has set; null: none.</summary>
    public long? Find(string group, string topic, int partition)
    {
        lock (_gate) return _offsets.TryGetValue((group, topic, partition), out var offset) ? offset : null;
    }

    /// <summary>Sets an offset, forward or back; durable once it returns.</summary>
    /// <returns>False: there are too many already.</returns>
    /// <exception cref="IOException">The disk refuses; the old one stands.</exception>
    public bool Set(string group, string topic, int partition, long offset)
    {
        var key = (group, topic, partition);
        lock (_gate)
        {
            if (!_offsets.TryGetValue(key, out var known) && _offsets.Count >= EntriesMax) return false;
            if (known == offset && _offsets.ContainsKey(key)) return true;
            if (_journal.Bytes > 2L * _offsets.Count * LineBytes + WasteBytesMax)
                _journal.Rewrite(_offsets.Select(static one => LineOf(one.Key, one.Value)));
            _journal.Append(LineOf(key, offset));
            _offsets[key] = offset;
            return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _journal.Dispose();

    private void Take(ReadOnlyMemory<byte> json)
    {
        if (JsonSerializer.Deserialize(json.Span, StateJson.Default.OffsetLine) is { } line)
            _offsets[(line.Group, line.Topic, line.Partition)] = line.Offset;
    }

    private static byte[] LineOf((string Group, string Topic, int Partition) key, long offset) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new OffsetLine(key.Group, key.Topic, key.Partition, offset), StateJson.Default.OffsetLine);
}
