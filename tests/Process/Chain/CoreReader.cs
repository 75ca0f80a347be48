using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;

namespace LightMq.Process.Chain;

/// <summary>A message as the core gives it to business services.</summary>
internal sealed record CoreMessage(
    int Partition, long Offset, string Client, string Epoch, long Sequence, string Topic, byte[] Payload);

/// <summary>A business service: reads all partitions of a parent topic over the stream API, from the first
/// offset on.</summary>
internal sealed class CoreReader(CentralSite central, string bearer) : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly ConcurrentDictionary<(string, int), long> _next = [];

    /// <summary>Everything that is new since the last call, partition by partition.</summary>
    public async Task<List<CoreMessage>> Read(string parent, CancellationToken cancel)
    {
        var all = new List<CoreMessage>();
        for (var partition = 0; partition < CentralSite.Partitions; partition++)
            while (await ReadOnce(parent, partition, all, cancel)) { }
        return all;
    }

    /// <summary>What is new in one partition, waited for up to a second.</summary>
    public async Task<List<CoreMessage>> Await(string parent, int partition, CancellationToken cancel)
    {
        var all = new List<CoreMessage>();
        try
        {
            await ReadOnce(parent, partition, all, cancel, waitMilliseconds: 1_000);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Nobody wants it any more.
        }
        return all;
    }

    /// <summary>Messages that a parent topic had in all its partitions.</summary>
    public long Count(string parent)
    {
        using var request = Get($"v1/topics/{parent}/partitions");
        using var answer = _http.Send(request);
        answer.EnsureSuccessStatusCode();
        using var json = JsonDocument.Parse(answer.Content.ReadAsStream());
        return json.RootElement.GetProperty("partitions").EnumerateArray()
            .Sum(static one => one.GetProperty("next").GetInt64());
    }

    private HttpRequestMessage Get(string path) => new(
        HttpMethod.Get, $"http://127.0.0.1:{central.HttpPort}/{path}")
    {
        Headers = { { "Authorization", $"Bearer {bearer}" } },
    };

    private async Task<bool> ReadOnce(
        string parent, int partition, List<CoreMessage> all, CancellationToken cancel,
        int waitMilliseconds = 0)
    {
        var offset = _next.GetValueOrDefault((parent, partition));
        using var request = Get($"v1/topics/{parent}/partitions/{partition}/messages"
            + $"?offset={offset}&max=5000&wait={waitMilliseconds}");
        using var answer = await _http.SendAsync(request, cancel);
        answer.EnsureSuccessStatusCode();
        using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancel));
        var messages = json.RootElement.GetProperty("messages");
        foreach (var message in messages.EnumerateArray()) all.Add(MessageOf(message, partition));
        _next[(parent, partition)] = json.RootElement.GetProperty("next").GetInt64();
        return messages.GetArrayLength() > 0;
    }

    private static CoreMessage MessageOf(JsonElement message, int partition)
    {
        var told = message.GetProperty("properties");
        return new CoreMessage(partition, message.GetProperty("offset").GetInt64(),
            told.TryGetProperty("lmq-client", out var client) ? client.GetString()! : "",
            told.TryGetProperty("lmq-epoch", out var epoch) ? epoch.GetString()! : "",
            told.TryGetProperty("lmq-seq", out var sequence) ? sequence.GetInt64() : 0,
            message.GetProperty("topic").GetString()!, message.GetProperty("payload").GetBytesFromBase64());
    }

    /// <summary>Reads until enough has come, or patience ends.</summary>
    public async Task<List<CoreMessage>> ReadUntil(
        string parent, Func<List<CoreMessage>, bool> isEnough, int seconds, CancellationToken cancel)
    {
        var all = new List<CoreMessage>();
        var until = Environment.TickCount64 + seconds * 1_000;
        while (true)
        {
            try
            {
                all.AddRange(await Read(parent, cancel));
            }
            catch (HttpRequestException)
            {
                // The central is down: later.
            }
            if (isEnough(all) || Environment.TickCount64 > until) return all;
            await Task.Delay(50, cancel);
        }
    }

    /// <summary>Content as text.</summary>
    public static string Text(CoreMessage message) => Encoding.UTF8.GetString(message.Payload);

    public void Dispose() => _http.Dispose();
}
