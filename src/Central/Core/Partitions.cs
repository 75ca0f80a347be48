using System.Text;
using LightMq.Broker.Streams;
using LightMq.Lmq;

namespace LightMq.Central.Core;

/// <summary>
/// The partitions of all parent topics. Records of one key are in one partition, in their order; records
/// without a key go round (LMQ-ORD-3).
/// </summary>
/// <param name="perTopic">Partitions of each parent topic; not to be changed while messages are kept.</param>
internal sealed class Partitions(int perTopic)
{
    private readonly Dictionary<string, Partition[]> _topics = new(StringComparer.Ordinal);
    private uint _turn;

    /// <summary>All of them, by parent topic.</summary>
    public IReadOnlyDictionary<string, Partition[]> Topics => _topics;

    /// <summary>Those of a parent topic.</summary>
    public Partition[] Of(string parent)
    {
        if (_topics.TryGetValue(parent, out var partitions)) return partitions;
        partitions = new Partition[perTopic];
        for (var i = 0; i < perTopic; i++) partitions[i] = new Partition();
        return _topics[parent] = partitions;
    }

    /// <summary>Parent topic of a message.</summary>
    public static string ParentOf(in CoreEntry entry) =>
        Encoding.UTF8.GetString(TopicNames.Parent(entry.Topic));

    /// <summary>The partition that a new message goes to.</summary>
    public int Choose(in CoreEntry entry) =>
        (int)((entry.Key.IsEmpty ? _turn++ : StableHash(entry.Key)) % (uint)perTopic);

    /// <summary>FNV-1a: the same everywhere and in every release, because consumers rely on it.</summary>
    public static uint StableHash(ReadOnlySpan<byte> key)
    {
        var hash = 2_166_136_261;
        foreach (var one in key) hash = (hash ^ one) * 16_777_619;
        return hash;
    }
}
