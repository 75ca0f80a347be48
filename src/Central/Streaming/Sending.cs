using System.Text;
using LightMq.Broker.Settings;
using LightMq.Broker.Streams;
using LightMq.Central.Core;
using LightMq.Central.Http;
using LightMq.Lmq;
using LightMq.Mqtt;

namespace LightMq.Central.Streaming;

/// <summary>A message for MQTT clients, from a business service (LMQ-CORE-3).</summary>
/// <param name="Topic">The whole topic.</param>
/// <param name="Payload">Content.</param>
/// <param name="Qos">QoS.</param>
/// <param name="CleanSession">For P2P: whether it is for a receiver that is online only.</param>
internal sealed record Downlink(byte[] Topic, byte[] Payload, byte Qos, bool CleanSession);

/// <summary>
/// Takes what business services send: into the core, and with the tag <c>MQ2MQTT</c> to MQTT clients
/// (LMQ-CORE-2, LMQ-CORE-3). Answered once it is safe.
/// </summary>
/// <param name="core">Writes the core.</param>
/// <param name="down">Hands a message to the engine; done once it is safe. Null: too much waits.</param>
/// <param name="registry">The registry as it stands.</param>
/// <param name="payloadBytesMax">Longest payload.</param>
/// <param name="time">The clock.</param>
internal sealed class Sending(
    CoreThread core, Func<Downlink, Task?> down, Func<LmqRegistry> registry, int payloadBytesMax,
    TimeProvider time)
{
    /// <summary>The tag with which a message goes on to MQTT clients.</summary>
    public const string DownTag = "MQ2MQTT";

    private const int WaitingMax = 1_024, TagCharactersMax = 64, KeyBytesMax = 255;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Answers.</summary>
    public async Task AnswerAsync(HttpCall call, string parent)
    {
        if (call.Method != "POST") throw HttpRefusal.Method(call.Method, "POST");
        if (!registry().ParentTopics.Any(one => one.Name == parent))
            throw new HttpRefusal(404, "the topic is not registered");
        var body = await call.ReadJsonAsync(payloadBytesMax * 2 + 4_096, StreamJson.Default.SendBody);
        Check(body);
        var topic = Encoding.UTF8.GetBytes(parent + body.MqttSecondTopic);
        if (!Topics.IsValidName(topic) || !TopicNames.IsLengthAllowed(topic))
            throw HttpRefusal.Wrong("mqttSecondTopic", body.MqttSecondTopic,
                "a slash and topic levels without wildcards, with the parent topic 64 characters at most");
        var isDown = body.Tag == DownTag;
        var kept = core.TryKeep(EntryOf(body, topic), WaitingMax);
        if (kept is null || !await call.WaitAsync(kept, Patience, time)) throw Busy();
        await kept;
        if (isDown)
        {
            var sent = down(new Downlink(
                topic, body.Payload ?? [], (byte)body.Qoslevel, body.Cleansessionflag));
            if (sent is null || !await call.WaitAsync(sent, Patience, time)) throw Busy();
            await sent;
        }
        await call.WriteAsync(200, new SentBody(Encoding.UTF8.GetString(topic), isDown),
            StreamJson.Default.SentBody);
    }

    private void Check(SendBody body)
    {
        if (body.Tag is { Length: > TagCharactersMax })
            throw HttpRefusal.Wrong("tag", body.Tag, $"a text of at most {TagCharactersMax} characters");
        if (body.MqttSecondTopic is { Length: > 0 } second && second[0] != '/')
            throw HttpRefusal.Wrong("mqttSecondTopic", second, "a text that begins with a slash");
        if (body.Qoslevel is < 0 or > 2)
            throw HttpRefusal.Wrong("qoslevel", $"{body.Qoslevel}", "0, 1 or 2");
        if (Encoding.UTF8.GetByteCount(body.Key ?? "") > KeyBytesMax)
            throw HttpRefusal.Wrong("key", body.Key, $"a text of at most {KeyBytesMax} bytes");
        if (body.Payload is { } payload && payload.Length > payloadBytesMax)
            throw new HttpRefusal(413, $"the payload is over {payloadBytesMax} bytes");
    }

    private CoreEntry EntryOf(SendBody body, byte[] topic) => new()
    {
        Qos = (byte)body.Qoslevel,
        CleanSession = body.Cleansessionflag,
        TakenAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
        Key = Encoding.UTF8.GetBytes(body.Key ?? ""),
        Topic = topic,
        Properties = TagOf(body.Tag),
        Payload = body.Payload,
    };

    /// <summary>The tag as a user property of MQTT 5.0.</summary>
    private static byte[] TagOf(string? tag)
    {
        if (string.IsNullOrEmpty(tag)) return [];
        var name = "tag"u8;
        var value = Encoding.UTF8.GetBytes(tag);
        return
        [
            (byte)PropertyId.UserProperty, 0, (byte)name.Length, .. name,
            (byte)(value.Length >> 8), (byte)value.Length, .. value,
        ];
    }

    private static HttpRefusal Busy() =>
        new(503, "it is not safe yet, for too much waits or the disk does not take it: send it again later");
}
