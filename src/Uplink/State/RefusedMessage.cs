using System.Text.Json;
using LightMq.Uplink.Bridging;

namespace LightMq.Uplink.State;

/// <summary>A message that the central will never take, as it is kept (docs/FORMATS.md).</summary>
/// <param name="Message">The message.</param>
/// <param name="Code">Reason code with which it was refused; 0: the central said none.</param>
/// <param name="At">When.</param>
internal sealed record RefusedMessage(BridgeMessage Message, byte Code, DateTimeOffset At)
{
    /// <summary>As JSON.</summary>
    public byte[] ToJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("refused"u8, At);
            json.WriteNumber("code"u8, Code);
            json.WriteString("topic"u8, Message.Topic);
            json.WriteNumber("qos"u8, Message.Qos);
            json.WriteBoolean("retain"u8, Message.Retain);
            if (Message.ContentType is { } type) json.WriteString("contentType"u8, type);
            if (Message.ResponseTopic is { } response) json.WriteString("responseTopic"u8, response);
            if (Message.CorrelationData is { } data) json.WriteBase64String("correlationData"u8, data);
            json.WriteBoolean("isText"u8, Message.IsText);
            json.WriteStartArray("userProperties"u8);
            foreach (var (name, value) in Message.UserProperties)
            {
                json.WriteStartArray();
                json.WriteStringValue(name);
                json.WriteStringValue(value);
                json.WriteEndArray();
            }
            json.WriteEndArray();
            json.WriteBase64String("payload"u8, Message.Payload.Span);
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    /// <summary>Reads it; null: it is none.</summary>
    public static RefusedMessage? Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var message = new BridgeMessage
            {
                Topic = root.GetProperty("topic").GetString()!,
                Qos = root.GetProperty("qos").GetByte(),
                Retain = root.GetProperty("retain").GetBoolean(),
                ContentType = Text(root, "contentType"),
                ResponseTopic = Text(root, "responseTopic"),
                CorrelationData = root.TryGetProperty("correlationData", out var data)
                    ? data.GetBytesFromBase64() : null,
                IsText = root.GetProperty("isText").GetBoolean(),
                UserProperties =
                [
                    .. root.GetProperty("userProperties").EnumerateArray().Select(static pair =>
                        new UserProperty(pair[0].GetString()!, pair[1].GetString()!)),
                ],
                Payload = root.GetProperty("payload").GetBytesFromBase64(),
            };
            return new RefusedMessage(
                message, root.GetProperty("code").GetByte(), root.GetProperty("refused").GetDateTimeOffset());
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or FormatException
            or InvalidOperationException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var text) ? text.GetString() : null;
}
