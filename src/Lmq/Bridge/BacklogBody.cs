using System.Globalization;
using System.Text.Unicode;

namespace LightMq.Lmq;

/// <summary>
/// What waits in a bridge's queue, as a broker tells it on <see cref="ControlTopics.BridgeBacklog"/>:
/// <c>{"messages":n,"bytes":n,"oldestMilliseconds":n}</c>.
/// </summary>
/// <param name="Messages">Messages not acknowledged by the bridge.</param>
/// <param name="Bytes">Their bytes in the queue.</param>
/// <param name="OldestMilliseconds">Age of the oldest; 0: none waits.</param>
public readonly record struct BacklogBody(long Messages, long Bytes, long OldestMilliseconds)
{
    /// <summary>Room that the longest body needs.</summary>
    public const int BytesMax = 128;

    /// <summary>Writes it.</summary>
    /// <param name="body">Has room for <see cref="BytesMax"/>.</param>
    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> body) => Utf8.TryWrite(body, CultureInfo.InvariantCulture,
        $"{{\"messages\":{Messages},\"bytes\":{Bytes},\"oldestMilliseconds\":{OldestMilliseconds}}}",
        out var bytes)
        ? bytes
        : throw new ArgumentException("no room for the body", nameof(body));

    /// <summary>Reads it; false: it is something else.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, out BacklogBody read)
    {
        read = default;
        long? messages = null, bytes = null, oldest = null;
        var fields = new JsonFields(body);
        while (fields.Next())
        {
            if (!fields.TryInteger(out var number) || number < 0) return false;
            if (fields.IsExactly("messages"u8)) messages = number;
            else if (fields.IsExactly("bytes"u8)) bytes = number;
            else if (fields.IsExactly("oldestMilliseconds"u8)) oldest = number;
        }
        if (!fields.IsComplete || messages is null || bytes is null || oldest is null) return false;
        read = new BacklogBody(messages.Value, bytes.Value, oldest.Value);
        return true;
    }
}
