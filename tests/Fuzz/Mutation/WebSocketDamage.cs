using System.Text;
using LightMq.Unit.Net;

namespace LightMq.Fuzz.Mutation;

/// <summary>Requests that open a WebSocket, and frames behind them, right and almost right.</summary>
internal static class WebSocketDamage
{
    /// <summary>A request that is taken.</summary>
    public const string Request =
        "GET /mqtt HTTP/1.1\r\nHost: broker\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Protocol: mqtt\r\n\r\n";

    private static readonly string[] Words =
    [
        "\r\n", "\n", "\r", "\r\n\r\n", " ", "\t", ":", ",", "\0", "\x7f", "\xff", "GET", "POST", "HEAD",
        "HTTP/1.0", "HTTP/2.0", "http://h/mqtt", "/mqtt?x", "?", "://", "*", "Host: b\r\n",
        "Origin: http://x\r\n",
        "Content-Length: 1\r\n", "Transfer-Encoding: chunked\r\n", "Upgrade: h2c\r\n",
        "Sec-WebSocket-Key: =\r\n", "Sec-WebSocket-Version: 8\r\n",
        "Sec-WebSocket-Protocol: mqttv3.1\r\n", "Connection: close\r\n",
    ];

    /// <summary>A request with a few changes; now and then none.</summary>
    public static byte[] Head(Random random)
    {
        var text = Request;
        for (var changes = random.Next(4); changes > 0; changes--)
        {
            var lines = text.Split("\r\n").ToList();
            var line = random.Next(Math.Max(1, lines.Count - 2));
            var at = random.Next(text.Length + 1);
            switch (random.Next(8))
            {
                case 0: lines.RemoveAt(line); break;
                case 1: lines.Insert(line, lines[random.Next(lines.Count)]); break;
                case 2: lines.Insert(line, $"X-Long: {new string('x', random.Next(9_000))}"); break;
                case 3: lines.Insert(line + 1, $" {lines[line]}"); break;
                case 4: lines[line] = lines[line].ToUpperInvariant(); break;
                default:
                    text = text[..at] + Words[random.Next(Words.Length)]
                        + text[Math.Min(text.Length, at + random.Next(3))..];
                    continue;
            }
            text = string.Join("\r\n", lines);
        }
        var bytes = Encoding.Latin1.GetBytes(text);
        return random.Next(4) == 0 ? ByteDamage.Change(random, bytes) : bytes;
    }

    /// <summary>The bytes in frames as a client sends them, cut anywhere, pings and others between.</summary>
    /// <param name="random">Chance.</param>
    /// <param name="bytes">What lies inside.</param>
    /// <param name="isGood">Whether the frames keep to RFC 6455.</param>
    public static List<byte[]> Frames(Random random, ReadOnlySpan<byte> bytes, bool isGood)
    {
        var frames = new List<byte[]>();
        var isFirst = true;
        while (!bytes.IsEmpty || frames.Count == 0)
        {
            var count = random.Next(4) > 0 ? bytes.Length : random.Next(bytes.Length + 1);
            var isLast = count == bytes.Length || random.Next(2) == 0;
            frames.Add(ClientFrames.Frame((isFirst ? 2 : 0) | (isLast ? 0x80 : 0), bytes[..count]));
            if (random.Next(8) == 0) frames.Add(ClientFrames.Ping(new byte[random.Next(126)]));
            if (random.Next(16) == 0) frames.Add(ClientFrames.Frame(0x8A, "unasked"u8));
            isFirst = isLast;
            bytes = bytes[count..];
        }
        if (random.Next(6) == 0) frames.Add(ClientFrames.Close(1000 + random.Next(16), "bye"));
        for (var changes = isGood ? 0 : random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(frames.Count);
            if (random.Next(5) == 0) frames.Insert(at, Odd(random));
            else frames[at] = ByteDamage.Change(random, frames[at]);
        }
        return frames;
    }

    private static byte[] Odd(Random random) => random.Next(5) switch
    {
        0 => ClientFrames.Frame(random.Next(256), new byte[random.Next(300)]),
        1 => ClientFrames.Frame(0x82, "bare"u8, isMasked: false),
        2 => [0x82, 0xFE, 0, (byte)random.Next(126), 1, 2, 3, 4],
        3 => [0x82, 0xFF, .. ClientFrames.Big(random.NextInt64(long.MinValue, long.MaxValue), 8), 1, 2, 3, 4],
        _ => ClientFrames.Close(random.Next(65_536), "\x00"),
    };
}
