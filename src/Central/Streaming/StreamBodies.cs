using System.Text.Json.Serialization;

namespace LightMq.Central.Streaming;

/// <summary>A message that a business service sends.</summary>
/// <param name="Tag">MQ2MQTT: it goes on to MQTT clients (LMQ-CORE-3).</param>
/// <param name="MqttSecondTopic">The topic behind the parent, with its leading slash; empty: none.</param>
/// <param name="Qoslevel">0, 1 or 2.</param>
/// <param name="Cleansessionflag">For P2P: false: it waits for a receiver that is away.</param>
/// <param name="Key">Ordering key; empty: none.</param>
/// <param name="Payload">Content in Base64.</param>
internal sealed record SendBody(
    string? Tag = null, string? MqttSecondTopic = null, int Qoslevel = 1, bool Cleansessionflag = true,
    string? Key = null, byte[]? Payload = null);

/// <summary>What became of it.</summary>
internal sealed record SentBody(string Topic, bool IsForClients);

/// <summary>All parent topics.</summary>
internal sealed record TopicsBody(IReadOnlyList<TopicBody> Topics);

/// <summary>A parent topic.</summary>
internal sealed record TopicBody(string Topic, int Partitions);

/// <summary>The partitions of a parent topic.</summary>
internal sealed record PartitionsBody(string Topic, IReadOnlyList<PartitionBody> Partitions);

/// <summary>A partition: offset of the oldest message that is kept, and of the next that will come.</summary>
internal sealed record PartitionBody(int Partition, long First, long Next);

/// <summary>How far a group has come: the offset of the next message that it wants.</summary>
internal sealed record OffsetBody(long? Offset = null);

/// <summary>Reads and writes them, strictly.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(SendBody))]
[JsonSerializable(typeof(SentBody))]
[JsonSerializable(typeof(TopicsBody))]
[JsonSerializable(typeof(PartitionsBody))]
[JsonSerializable(typeof(OffsetBody))]
internal sealed partial class StreamJson : JsonSerializerContext;
