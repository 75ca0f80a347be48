using System.Text.Encodings.Web;
using System.Text.Json;
using LightMq.DeviceAgent.Link;

namespace LightMq.DeviceAgent.Sensors;

/// <summary>
/// Puts messages together and into the outbox: whose they are, when, and their number. On the loop.
/// </summary>
/// <param name="board">The board's name.</param>
/// <param name="start">Which start of the agent this is.</param>
/// <param name="isClockTrusted">Whether the clock is believed.</param>
/// <param name="outbox">Where messages go.</param>
/// <param name="time">The clock.</param>
internal sealed class Telemetry(
    string board, long start, Func<bool> isClockTrusted, Outbox outbox, TimeProvider time)
{
    /// <summary>What is written for people is not written in escapes: °C stays °C.</summary>
    public static readonly JsonWriterOptions Writing = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly Dictionary<string, long> _sequences = new(StringComparer.Ordinal);

    /// <summary>The board's name.</summary>
    public string Board => board;

    /// <summary>Which start of the agent this is.</summary>
    public long Start => start;

    /// <summary>Whether the clock is believed.</summary>
    public bool IsClockTrusted => isClockTrusted();

    /// <summary>Now, ms since 1970.</summary>
    public long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The next number of a stream: 1, 2, 3 … since the start.</summary>
    public long Next(string stream) => _sequences[stream] = Last(stream) + 1;

    /// <summary>The last number of a stream; 0: none.</summary>
    public long Last(string stream) => _sequences.GetValueOrDefault(stream);

    /// <summary>Writes time and clock of now.</summary>
    public void WriteTime(Utf8JsonWriter json)
    {
        json.WriteNumber("time"u8, Now);
        json.WriteString("clock"u8, Word(IsClockTrusted));
    }

    /// <summary>How trust in the clock is told.</summary>
    public static string Word(bool isTrusted) => isTrusted ? "trusted" : "untrusted";

    /// <summary>Sends an object that begins with the board and the start.</summary>
    public void Send(string stream, string topic, Action<Utf8JsonWriter> write) =>
        outbox.Add(new Outgoing(stream, topic, Compose(json =>
        {
            json.WriteString("board"u8, board);
            json.WriteNumber("start"u8, start);
            write(json);
        })));

    /// <summary>Sends what is put together already.</summary>
    /// <param name="stream">Whose it is.</param>
    /// <param name="topic">Topic.</param>
    /// <param name="payload">Payload.</param>
    /// <param name="delivered">Called once the broker has it, by any thread.</param>
    public void Send(string stream, string topic, byte[] payload, Action? delivered = null) =>
        outbox.Add(new Outgoing(stream, topic, payload) { Delivered = delivered });

    /// <summary>An object.</summary>
    public static byte[] Compose(Action<Utf8JsonWriter> write, bool isIndented = false)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Writing with { Indented = isIndented }))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return stream.ToArray();
    }
}
