using System.Text.Json;
using LightMq.DeviceAgent.Sensors;

namespace LightMq.DeviceAgent.Commands;

/// <summary>
/// A command that came, and its answers: progress as often as there is some, then one result.
/// </summary>
/// <param name="id">Its id.</param>
/// <param name="action">What is to be done.</param>
/// <param name="body">All of it.</param>
/// <param name="replyTopic">Where answers go.</param>
/// <param name="answer">Sends an answer; whether it is the last.</param>
/// <param name="telemetry">Time and number of the answers.</param>
internal sealed class CommandCall(
    string id, string action, JsonElement body, string replyTopic, Action<CommandCall, byte[], bool> answer,
    Telemetry telemetry)
{
    /// <summary>Its id.</summary>
    public string Id => id;

    /// <summary>Where answers go.</summary>
    public string ReplyTopic => replyTopic;

    /// <summary>It is done.</summary>
    /// <param name="more">Writes more into the result.</param>
    public void Done(Action<Utf8JsonWriter>? more = null) => Answer("done", "", more, isFinal: true);

    /// <summary>It is not done, and why.</summary>
    public void Refuse(string reason) => Answer("refused", reason, null, isFinal: true);

    /// <summary>It is being done.</summary>
    /// <param name="message">How far it has come.</param>
    /// <param name="more">Writes more.</param>
    public void Progress(string message, Action<Utf8JsonWriter>? more = null) =>
        Answer("progress", message, more, isFinal: false);

    /// <summary>A text of the command; null: there is none.</summary>
    public string? Text(string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;

    /// <summary>A number of the command from <paramref name="min"/> to <paramref name="max"/>.</summary>
    /// <returns>False: it is there, and is none.</returns>
    public bool TryNumber(string name, double otherwise, double min, double max, out double number)
    {
        number = otherwise;
        if (!body.TryGetProperty(name, out var value)) return true;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out number) && number >= min
            && number <= max;
    }

    private void Answer(string result, string message, Action<Utf8JsonWriter>? more, bool isFinal) =>
        answer(this, Telemetry.Compose(json =>
        {
            json.WriteString("board"u8, telemetry.Board);
            json.WriteString("id"u8, id);
            json.WriteString("action"u8, action);
            json.WriteString("result"u8, result);
            if (message.Length > 0) json.WriteString("reason"u8, message);
            telemetry.WriteTime(json);
            more?.Invoke(json);
        }), isFinal);
}
