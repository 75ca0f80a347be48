using System.Text;
using LightMq.Broker.Settings;
using LightMq.Central.Http;
using LightMq.Lmq;
using LightMq.Mqtt;

namespace LightMq.Central.Streaming;

/// <summary>
/// Takes what business services send: into the core, and with the tag <c>MQ2MQTT</c> to MQTT clients
/// (LMQ-CORE-2, LMQ-CORE-3). Answered once it is safe.
/// </summary>
/// <param name="desk">Asks the engine, which gives it to the core and to clients.</param>
/// <param name="registry">The registry as it stands.</param>
/// <param name="payloadBytesMax">Longest payload.</param>
internal sealed class Sending(RequestDesk desk, Func<LmqRegistry> registry, int payloadBytesMax)
{
    private const int TagCharactersMax = 64, KeyBytesMax = 255;

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
        var request = CentralRequest.Publish(topic, body.Payload ?? [], (byte)body.Qoslevel,
            body.Cleansessionflag, Encoding.UTF8.GetBytes(body.Key ?? ""),
            Encoding.UTF8.GetBytes(body.Tag ?? ""));
        await desk.AskAsync(call, request, refusedStatus: 503);
        await call.WriteAsync(200, new SentBody(Encoding.UTF8.GetString(topic), request.IsForClients),
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
}
