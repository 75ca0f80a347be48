using System.Buffers;
using System.Globalization;
using System.Text.Json;
using LightMq.Broker.Settings;
using LightMq.Central.Core;
using LightMq.Central.Http;

namespace LightMq.Central.Streaming;

/// <summary>
/// The core over HTTP, for business services: <c>/v1/topics</c> with their partitions and messages, and how
/// far groups of consumers have come in <c>/v1/groups</c>.
/// </summary>
/// <param name="log">The core.</param>
/// <param name="committed">Told after each commit.</param>
/// <param name="partitions">Partitions of each parent topic.</param>
/// <param name="offsets">How far groups have come.</param>
/// <param name="sending">Takes what business services send.</param>
/// <param name="registry">The registry as it stands.</param>
/// <param name="places">Bounds those who wait.</param>
/// <param name="time">The clock.</param>
internal sealed class StreamApi(
    CoreLog log, CommitSignal committed, int partitions, GroupOffsets offsets, Sending sending,
    Func<LmqRegistry> registry, WaitingPlaces places, TimeProvider time)
{
    private const int MessagesMax = 10_000, MessagesUsual = 100, WaitMillisecondsMax = 60_000;
    private const int AnswerBytesMax = 4 << 20, OffsetBodyBytesMax = 1_024, NameCharactersMax = 64;

    /// <summary>Whether a path is this API's.</summary>
    public static bool Takes(string[] path) => path is ["v1", "topics" or "groups", ..];

    /// <summary>Answers.</summary>
    public Task AnswerAsync(HttpCall call) => call.Path switch
    {
        ["v1", "topics"] => TopicsAsync(call),
        ["v1", "topics", var topic, "partitions"] => PartitionsAsync(call, topic),
        ["v1", "topics", var topic, "partitions", var partition, "messages"] =>
            MessagesAsync(call, topic, NumberOf(topic, partition)),
        ["v1", "topics", var topic, "messages"] => sending.AnswerAsync(call, topic),
        ["v1", "groups", var group, "topics", var topic, "partitions", var partition, "offset"] =>
            OffsetAsync(call, group, topic, NumberOf(topic, partition)),
        _ => throw new HttpRefusal(404,
            "there are /v1/topics, /v1/topics/TOPIC/messages, /v1/topics/TOPIC/partitions, "
            + "/v1/topics/TOPIC/partitions/N/messages and "
            + "/v1/groups/GROUP/topics/TOPIC/partitions/N/offset"),
    };

    private Task TopicsAsync(HttpCall call)
    {
        if (call.Method != "GET") throw HttpRefusal.Method(call.Method, "GET");
        var topics = log.Topics.Union(registry().ParentTopics.Select(static topic => topic.Name))
            .Order(StringComparer.Ordinal).Select(topic => new TopicBody(topic, partitions)).ToList();
        return call.WriteAsync(200, new TopicsBody(topics), StreamJson.Default.TopicsBody);
    }

    private Task PartitionsAsync(HttpCall call, string topic)
    {
        if (call.Method != "GET") throw HttpRefusal.Method(call.Method, "GET");
        Know(topic);
        var all = new List<PartitionBody>();
        for (var i = 0; i < partitions; i++)
        {
            var (first, next) = log.BoundsOf(topic, i) ?? default;
            all.Add(new PartitionBody(i, first, next));
        }
        return call.WriteAsync(200, new PartitionsBody(topic, all), StreamJson.Default.PartitionsBody);
    }

    private async Task MessagesAsync(HttpCall call, string topic, int partition)
    {
        if (call.Method != "GET") throw HttpRefusal.Method(call.Method, "GET");
        var offset = call.Number("offset", 0, 0, long.MaxValue);
        var most = (int)call.Number("max", MessagesUsual, 1, MessagesMax);
        var wait = TimeSpan.FromMilliseconds(call.Number("wait", 0, 0, WaitMillisecondsMax));
        var began = time.GetTimestamp();
        var found = await FindAsync(call, topic, partition, offset, most, wait, began);
        var (first, end) = log.BoundsOf(topic, partition) ?? default;
        var body = new ArrayBufferWriter<byte>(4_096);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteNumber("first"u8, first);
            json.WriteNumber("end"u8, end);
            json.WriteNumber("next"u8, found.Count > 0 ? found[^1].Offset + 1 : Math.Max(offset, first));
            json.WriteStartArray("messages"u8);
            foreach (var message in found) MessageWriter.Write(json, message);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        await call.WriteAsync(200, body.WrittenMemory);
    }

    private async Task<List<KeptMessage>> FindAsync(HttpCall call, string topic, int partition, long offset,
        int most, TimeSpan wait, long began)
    {
        using var place = wait > TimeSpan.Zero ? places.TryTake() : null;
        while (true)
        {
            var next = committed.Next;
            var found = log.Read(topic, partition, offset, most, AnswerBytesMax);
            var left = wait - time.GetElapsedTime(began);
            if (found.Count > 0 || place is null || left <= TimeSpan.Zero) return found;
            if (!await call.WaitAsync(next, left, time))
                return log.Read(topic, partition, offset, most, AnswerBytesMax);
        }
    }

    private async Task OffsetAsync(HttpCall call, string group, string topic, int partition)
    {
        if (!IsName(group))
            throw HttpRefusal.Wrong("group", group, "1 to 64 letters, digits, dots, dashes or underscores");
        if (call.Method == "PUT")
        {
            var body = await call.ReadJsonAsync(OffsetBodyBytesMax, StreamJson.Default.OffsetBody);
            if (body.Offset is not { } wanted) throw HttpRefusal.Wrong("offset", null, "a whole number");
            if (wanted < 0) throw HttpRefusal.Wrong("offset", $"{wanted}", "a whole number from 0 on");
            Know(topic);
            if (!offsets.Set(group, topic, partition, wanted))
                throw new HttpRefusal(409, $"there are {GroupOffsets.EntriesMax} offsets already");
        }
        else if (call.Method != "GET") throw HttpRefusal.Method(call.Method, "GET and PUT");
        await call.WriteAsync(200, new OffsetBody(offsets.Find(group, topic, partition)),
            StreamJson.Default.OffsetBody);
    }

    private void Know(string topic)
    {
        if (log.BoundsOf(topic, 0) is null && !registry().ParentTopics.Any(one => one.Name == topic))
            throw new HttpRefusal(404, "the topic is not registered, and nothing of it is kept");
    }

    private int NumberOf(string topic, string text)
    {
        Know(topic);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number < partitions
            ? number : throw HttpRefusal.Wrong("partition", text, $"a number from 0 to {partitions - 1}");
    }

    private static bool IsName(string text) => text.Length is > 0 and <= NameCharactersMax
        && text.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_');
}
