using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using LightMq.Broker.Streams;
using LightMq.Central.Core;
using LightMq.Lmq;
using LightMq.Mqtt;

namespace LightMq.Central.Streaming;

/// <summary>
/// A message of the core as JSON (docs/FORMATS.md, "Stream API"): properties by the names of LMQ-CORE-2 and
/// LMQ-CORE-4, then those of MQTT 5.0.
/// </summary>
internal static class MessageWriter
{
    /// <summary>Writes one message.</summary>
    public static void Write(Utf8JsonWriter json, in KeptMessage message)
    {
        var entry = message.Record.Entry;
        json.WriteStartObject();
        json.WriteNumber("offset"u8, message.Offset);
        json.WriteNumber("time"u8, entry.TakenAt);
        WriteText(json, "topic"u8, entry.Topic);
        json.WriteStartObject("properties"u8);
        WriteCore(json, entry);
        ForUser(json, entry.Properties, static (json, name, value) =>
        {
            if (IsKnown(name)) WriteText(json, name, value);
        });
        json.WriteEndObject();
        json.WriteStartArray("userProperties"u8);
        ForUser(json, entry.Properties, static (json, name, value) =>
        {
            if (BridgeProperties.IsOurs(name)) return;
            json.WriteStartArray();
            WriteValue(json, name);
            WriteValue(json, value);
            json.WriteEndArray();
        });
        json.WriteEndArray();
        WriteOthers(json, entry.Properties);
        json.WriteBase64String("payload"u8, entry.Payload);
        json.WriteEndObject();
    }

    private static void WriteCore(Utf8JsonWriter json, in CoreEntry entry)
    {
        json.WriteNumber(BridgeProperties.CoreQos, entry.Qos);
        json.WriteBoolean(BridgeProperties.CoreCleanSession, entry.CleanSession);
        var second = entry.Topic[TopicNames.Parent(entry.Topic).Length..];
        WriteText(json, BridgeProperties.CoreSecondTopic, second);
        if (!entry.Gateway.IsEmpty) WriteText(json, BridgeProperties.Gateway, entry.Gateway);
        if (!entry.Client.IsEmpty) WriteText(json, BridgeProperties.Client, entry.Client);
        if (entry.Sequence > 0)
        {
            json.WriteString(BridgeProperties.Epoch, entry.Epoch.ToString());
            json.WriteNumber(BridgeProperties.Sequence, entry.Sequence);
        }
        if (!entry.Key.IsEmpty) WriteText(json, BridgeProperties.Key, entry.Key);
        if (!entry.Tag.IsEmpty) WriteText(json, "tag"u8, entry.Tag);
    }

    // What stands in the entry itself is not written twice.
    private static bool IsKnown(ReadOnlySpan<byte> name) =>
        name.SequenceEqual(BridgeProperties.Channel) || name.SequenceEqual(BridgeProperties.Order)
        || name.SequenceEqual(BridgeProperties.Time) || name.SequenceEqual(BridgeProperties.Clean);

    private delegate void UserProperty(
        Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value);

    private static void ForUser(Utf8JsonWriter json, ReadOnlySpan<byte> block, UserProperty write)
    {
        while (TryNext(ref block, out var id, out var first, out var second))
            if (id == PropertyId.UserProperty) write(json, first, second);
    }

    private static void WriteOthers(Utf8JsonWriter json, ReadOnlySpan<byte> block)
    {
        while (TryNext(ref block, out var id, out var value, out _))
            switch (id)
            {
                case PropertyId.ContentType: WriteText(json, "contentType"u8, value); break;
                case PropertyId.ResponseTopic: WriteText(json, "responseTopic"u8, value); break;
                case PropertyId.CorrelationData: json.WriteBase64String("correlationData"u8, value); break;
                case PropertyId.PayloadFormatIndicator: json.WriteBoolean("isText"u8, value[0] == 1); break;
            }
    }

    /// <summary>Takes the next of those properties that go on; they were checked when they came.</summary>
    private static bool TryNext(scoped ref ReadOnlySpan<byte> block, out PropertyId id,
        out ReadOnlySpan<byte> first, out ReadOnlySpan<byte> second)
    {
        id = default;
        first = second = default;
        if (block.IsEmpty) return false;
        id = (PropertyId)block[0];
        var rest = block[1..];
        if (id == PropertyId.PayloadFormatIndicator) first = Take(ref rest, 1);
        else if (id is PropertyId.MessageExpiry) first = Take(ref rest, 4);
        else first = TakeCounted(ref rest);
        if (id == PropertyId.UserProperty) second = TakeCounted(ref rest);
        block = rest;
        return true;
    }

    private static ReadOnlySpan<byte> TakeCounted(scoped ref ReadOnlySpan<byte> rest)
    {
        int length = BinaryPrimitives.ReadUInt16BigEndian(rest);
        rest = rest[2..];
        return Take(ref rest, length);
    }

    private static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> rest, int length)
    {
        var taken = rest[..length];
        rest = rest[length..];
        return taken;
    }

    // MQTT lets through what JSON does not: bytes that are no UTF-8 become a mark.
    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
        json.WriteString(name, Encoding.UTF8.GetString(value));

    private static void WriteValue(Utf8JsonWriter json, ReadOnlySpan<byte> value) =>
        json.WriteStringValue(Encoding.UTF8.GetString(value));
}
