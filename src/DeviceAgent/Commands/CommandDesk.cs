using System.Text;
using System.Text.Json;
using LightMq.DeviceAgent.Link;
using LightMq.DeviceAgent.Sensors;
using LightMq.DeviceAgent.Settings;
using LightMq.Lmq;
using Microsoft.Extensions.Logging;

namespace LightMq.DeviceAgent.Commands;

/// <summary>
/// Takes commands and answers each with a result (docs/FORMATS.md). One that comes twice, as QoS 1 may make
/// it, is answered twice and carried out once. On the loop.
/// </summary>
internal sealed class CommandDesk(CommandSettings settings, Telemetry telemetry, Loop loop, ILogger log)
{
    /// <summary>A longer command is refused.</summary>
    public const int BytesMax = 16_384;

    /// <summary>Stream of the results.</summary>
    public const string Stream = "result";

    private const int RememberedMax = 256;
    private const string PeerToPeer = "p2p";
    private static readonly JsonDocumentOptions Reading =
        new() { MaxDepth = 8, AllowDuplicateProperties = false };
    private readonly Dictionary<string, Action<CommandCall>> _actions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Topic, byte[] Payload)?> _results =
        new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private long _second = -1;
    private int _inSecond;

    /// <summary>Settings, which may change.</summary>
    public CommandSettings Settings { get; set; } = settings;

    /// <summary>Commands that were carried out, or refused.</summary>
    public long Taken { get; private set; }

    /// <summary>A command that can be given.</summary>
    /// <param name="action">Its <c>action</c>.</param>
    /// <param name="carryOut">Carries it out, now or later; answers once.</param>
    public void Add(string action, Action<CommandCall> carryOut) => _actions.Add(action, carryOut);

    /// <summary>A message came.</summary>
    public void Take(Incoming message)
    {
        Taken++;
        if (loop.Now / 1_000 != _second) (_second, _inSecond) = (loop.Now / 1_000, 0);
        if (++_inSecond > Settings.PerSecondMax)
        {
            // No answer: it would double the flood.
            if (_inSecond == Settings.PerSecondMax + 1) Log.TooManyCommands(log, Settings.PerSecondMax);
            return;
        }
        try
        {
            if (message.Payload.Length > BytesMax) throw new CommandError($"more than {BytesMax} bytes");
            using var json = JsonDocument.Parse(message.Payload, Reading);
            Take(message, json.RootElement.Clone());
        }
        catch (Exception wrong) when (wrong is JsonException or CommandError)
        {
            Log.CommandUnreadable(log, message.Topic, wrong.Message.ReplaceLineEndings(" "));
        }
    }

    private void Take(Incoming message, JsonElement body)
    {
        var id = Text(body, "id") ?? throw new CommandError("it has no id, a text of 1 to 64 characters");
        var action = Text(body, "action") ?? "";
        var call = new CommandCall(id, action, body, ReplyTopic(message.Topic, body), Answer, telemetry);
        if (_results.TryGetValue(id, out var result))
        {
            if (result is { } known) telemetry.Send(Stream, known.Topic, known.Payload);
            return;
        }
        Remember(id);
        if (message.IsRetained) call.Refuse("a retained command would be carried out at each connect");
        else if (IsLate(body)) call.Refuse("it is too late: validUntil has passed");
        else if (_actions.TryGetValue(action, out var carryOut)) carryOut(call);
        else
            call.Refuse(
                "action is not one of " + string.Join(", ", _actions.Keys.Order(StringComparer.Ordinal)));
    }

    private void Remember(string id)
    {
        _results[id] = null;
        _order.Enqueue(id);
        if (_order.Count > RememberedMax) _results.Remove(_order.Dequeue());
    }

    private void Answer(CommandCall call, byte[] payload, bool isFinal)
    {
        if (isFinal && _results.ContainsKey(call.Id)) _results[call.Id] = (call.ReplyTopic, payload);
        telemetry.Send(Stream, call.ReplyTopic, payload);
    }

    // A peer of an lmq listener says to whom the answer goes, for the broker does not (LMQ-MSG-5).
    private string ReplyTopic(string topic, JsonElement body)
    {
        var levels = topic.Split('/');
        return levels.Length == 3 && levels[1] == PeerToPeer && Text(body, "answerTo") is { } peer
            && ClientIdName.TryParse(Encoding.UTF8.GetBytes(peer), out _)
            ? $"{levels[0]}/{PeerToPeer}/{peer}" : Settings.ResultTopic;
    }

    private bool IsLate(JsonElement body) =>
        telemetry.IsClockTrusted && body.TryGetProperty("validUntil", out var until)
        && until.ValueKind == JsonValueKind.Number && until.TryGetInt64(out var milliseconds)
        && milliseconds < telemetry.Now;

    private static string? Text(JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= 64 } text
        && !text.Any(char.IsControl) ? text : null;

    private sealed class CommandError(string message) : Exception(message);
}
