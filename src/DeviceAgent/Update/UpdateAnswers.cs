using System.Text.Json;
using LightMq.DeviceAgent.Commands;
using LightMq.DeviceAgent.Sensors;

namespace LightMq.DeviceAgent.Update;

/// <summary>What whoever commanded an update is told of it (docs/FORMATS.md). On the loop.</summary>
/// <param name="telemetry">Where answers go.</param>
internal sealed class UpdateAnswers(Telemetry telemetry)
{
    /// <summary>How it gets on, or that it came to nothing.</summary>
    /// <param name="order">The update.</param>
    /// <param name="result">progress, or refused.</param>
    /// <param name="state">Of progress: how far it is.</param>
    /// <param name="percent">Of progress: how much of that is done.</param>
    /// <param name="reason">In plain words.</param>
    public void Say(UpdateOrder order, string result, string state, int percent, string reason) =>
        telemetry.Send(CommandDesk.Stream, order.ReplyTopic, Telemetry.Compose(json =>
        {
            Begin(json, order.Id, result, reason);
            if (state.Length > 0) json.WriteString("state"u8, state);
            if (result == "progress") json.WriteNumber("percent"u8, percent);
        }));

    /// <summary>How it ended, after the restart.</summary>
    /// <param name="id">Of the command; empty: a person did it.</param>
    /// <param name="topic">Where that goes.</param>
    /// <param name="end">What root noted.</param>
    /// <param name="delivered">Called once the broker has it, by any thread.</param>
    public void SayEnd(string id, string topic, JsonDocument end, Action delivered)
    {
        var state = UpdateFile.Text(end, "state");
        telemetry.Send(CommandDesk.Stream, topic, Telemetry.Compose(json =>
        {
            Begin(json, id, state == "installed" ? "done" : "failed", UpdateFile.Text(end, "message"));
            json.WriteString("state"u8, state);
            json.WriteString("from"u8, UpdateFile.Text(end, "from"));
            json.WriteString("to"u8, UpdateFile.Text(end, "to"));
        }), delivered);
    }

    private void Begin(Utf8JsonWriter json, string id, string result, string reason)
    {
        json.WriteString("board"u8, telemetry.Board);
        json.WriteString("id"u8, id);
        json.WriteString("action"u8, "update");
        json.WriteString("result"u8, result);
        if (reason.Length > 0) json.WriteString("reason"u8, reason);
        telemetry.WriteTime(json);
    }
}
