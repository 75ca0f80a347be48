using System.Text.Json;
using LightMq.Broker.Settings;
using LightMq.Host.Alarms;
using LightMq.Host.Configuration;
using LightMq.Unit.Lmq;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace LightMq.Unit.EdgeBroker;

/// <summary>Alarms reach a real HTTP server (LMQ-LIM-4).</summary>
public sealed class AlarmWebhookTests : IDisposable
{
    private static readonly QuotaUse Raised = new(Metered.MessagesPerSecond, 75, 100, IsAlarmed: true);
    private static readonly QuotaUse Cleared = Raised with { Used = 3, IsAlarmed = false };

    private readonly ScriptedHttp _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task An_alarm_is_posted_as_JSON()
    {
        using var webhook = Make();
        webhook.Tell(Raised);
        var (line, json) = await _server.AnswerAsync(ScriptedHttp.Ok(""));
        Assert.Equal("POST /base/hook?secret=1 HTTP/1.1", line);
        using var body = JsonDocument.Parse(json);
        Assert.Equal("messagesPerSecond", body.RootElement.GetProperty("quota").GetString());
        Assert.Equal("raised", body.RootElement.GetProperty("state").GetString());
        Assert.Equal(75, body.RootElement.GetProperty("used").GetInt64());
        Assert.Equal(100, body.RootElement.GetProperty("max").GetInt32());
    }

    [Fact]
    public async Task What_failed_is_tried_again_with_the_newest_state()
    {
        using var webhook = Make();
        webhook.Tell(Raised);
        await _server.AnswerAsync("HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        webhook.Tell(Cleared);
        Assert.Contains("cleared", (await _server.AnswerAsync(ScriptedHttp.Ok(""))).Body);
    }

    [Fact]
    public void It_ends_though_nobody_answers()
    {
        var webhook = new AlarmWebhook(
            new AlarmSettings("http://127.0.0.1:1/"), TimeProvider.System, NullLogger.Instance);
        webhook.Tell(Raised);
        webhook.Dispose();
        webhook.Tell(Cleared);
    }

    private AlarmWebhook Make() =>
        new(new AlarmSettings($"{_server.Address}hook?secret=1"), TimeProvider.System, NullLogger.Instance);
}
