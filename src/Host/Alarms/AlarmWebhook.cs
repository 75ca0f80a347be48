using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;
using LightMq.Broker.Settings;
using LightMq.Host.Configuration;
using Microsoft.Extensions.Logging;

namespace LightMq.Host.Alarms;

/// <summary>What a webhook is told of an alarm (docs/OPERATIONS.md).</summary>
/// <param name="Quota">connections, messagesPerSecond or subscriptions.</param>
/// <param name="State">raised or cleared.</param>
/// <param name="Used">In use when it was seen.</param>
/// <param name="Max">The quota.</param>
/// <param name="Time">When it was seen, by this board's clock; ISO 8601.</param>
internal sealed record AlarmBody(string Quota, string State, long Used, int Max, string Time);

/// <summary>Writes it without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AlarmBody))]
internal sealed partial class AlarmJson : JsonSerializerContext;

/// <summary>
/// Posts raised and cleared alarms to a webhook (LMQ-LIM-4), in the place of the manual's text message. Of
/// each quota the newest state waits, so never more than three; it is tried again, less and less often, until
/// it got through or another took its place. On one thread of its own, which begins with the first alarm.
/// </summary>
public sealed class AlarmWebhook : IDisposable
{
    private const int TimeoutSeconds = 10, WaitSecondsMax = 300;

    private readonly string _url;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly HttpMessageHandler? _handler;
    private readonly object _gate = new();
    private readonly SortedDictionary<Metered, AlarmBody> _waiting = [];
    private Thread? _thread;
    private bool _isClosed;

    /// <summary>Does nothing until the first alarm.</summary>
    /// <param name="settings">Where to post.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where trouble is told, once until it gets through again.</param>
    /// <param name="handler">What posts; null: the real one.</param>
    public AlarmWebhook(
        AlarmSettings settings, TimeProvider time, ILogger log, HttpMessageHandler? handler = null) =>
        (_url, _time, _log, _handler) = (settings.Webhook, time, log, handler);

    /// <summary>An alarm was raised or cleared.</summary>
    public void Tell(in QuotaUse use)
    {
        if (_url.Length == 0) return;
        var name = JsonNamingPolicy.CamelCase.ConvertName(use.Metered.ToString());
        var body = new AlarmBody(name, use.IsAlarmed ? "raised" : "cleared", use.Used, use.Max,
            _time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture));
        lock (_gate)
        {
            if (_isClosed) return;
            _waiting[use.Metered] = body;
            Monitor.Pulse(_gate);
            if (_thread is not null) return;
            _thread = new Thread(Work, 512 * 1024) { Name = "alarms", IsBackground = true };
            _thread.Start();
        }
    }

    /// <summary>Ends it; what waits is let go.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.PulseAll(_gate);
        }
        _thread?.Join();
    }

    private void Work()
    {
        using var http =
            _handler is null ? new HttpClient() : new HttpClient(_handler, disposeHandler: false);
        http.Timeout = TimeSpan.FromSeconds(TimeoutSeconds);
        var wait = 0;
        var isTold = false;
        while (Next(TimeSpan.FromSeconds(wait)) is { } next)
        {
            var trouble = Post(http, next.Body);
            if (trouble is null)
            {
                Posted(next);
                wait = 0;
                isTold = false;
                continue;
            }
            if (!isTold) Log.WebhookFailed(_log, trouble);
            isTold = true;
            wait = Math.Clamp(wait * 2, 1, WaitSecondsMax);
        }
    }

    /// <summary>Waits out a failure, then for something to post; null: it ends.</summary>
    private (Metered Metered, AlarmBody Body)? Next(TimeSpan pause)
    {
        lock (_gate)
        {
            if (pause > TimeSpan.Zero && !_isClosed) Monitor.Wait(_gate, pause);
            while (!_isClosed && _waiting.Count == 0) Monitor.Wait(_gate);
            if (_isClosed) return null;
            var (metered, body) = _waiting.First();
            return (metered, body);
        }
    }

    /// <summary>It got through, and waits no longer unless a newer one took its place.</summary>
    private void Posted((Metered Metered, AlarmBody Body) sent)
    {
        lock (_gate)
            if (_waiting.TryGetValue(sent.Metered, out var newest) && ReferenceEquals(newest, sent.Body))
                _waiting.Remove(sent.Metered);
    }

    /// <summary>Posts once; null, or why not. Never the URL, which may hold a secret.</summary>
    private string? Post(HttpClient http, AlarmBody body)
    {
        try
        {
            using var content = new ByteArrayContent(
                JsonSerializer.SerializeToUtf8Bytes(body, AlarmJson.Default.AlarmBody));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = content };
            using var response = http.Send(request, HttpCompletionOption.ResponseHeadersRead);
            return response.IsSuccessStatusCode ? null : $"it answers with status {(int)response.StatusCode}";
        }
        catch (Exception wrong)
            when (wrong is HttpRequestException or IOException or OperationCanceledException)
        {
            return wrong is HttpRequestException { HttpRequestError: var error }
                ? $"it cannot be reached ({error})" : "it does not answer in time";
        }
    }
}
