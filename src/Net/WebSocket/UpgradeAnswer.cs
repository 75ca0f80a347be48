using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LightMq.Net.WebSocket;

/// <summary>What a request to open a WebSocket is answered.</summary>
/// <param name="Status">HTTP status; 101: the WebSocket is open.</param>
/// <param name="Bytes">The answer on the wire.</param>
/// <param name="Failure">Why it is not open, for a log line; null: it is.</param>
internal sealed record UpgradeAnswer(int Status, byte[] Bytes, string? Failure)
{
    // RFC 6455, 1.3.
    private static ReadOnlySpan<byte> KeySuffix => "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"u8;

    /// <summary>Judges a whole head.</summary>
    public static UpgradeAnswer To(ReadOnlySpan<byte> head, UpgradeRules rules)
    {
        if (!UpgradeRequest.TryRead(head, out var request, out var fault)) return Refuse(400, fault, "");
        if (!request.IsHttp1) return Refuse(505, "only HTTP/1.1 is spoken here", "");
        if (!request.IsGet)
            return Refuse(405, "only GET is taken", "Allow: GET\r\n", hasBody: !request.IsHead);
        if (!request.IsUpgrade)
            return Refuse(426, "a request of plain HTTP",
                "Upgrade: websocket\r\nConnection: Upgrade, close\r\n");
        if (!request.IsHttp11) return Refuse(400, "a WebSocket needs HTTP/1.1", "");
        if (!request.IsConnectionUpgrade)
            return Refuse(400, "the Connection field does not name Upgrade", "");
        if (!request.IsVersion13)
            return Refuse(426, "Sec-WebSocket-Version must be 13", "Sec-WebSocket-Version: 13\r\n");
        if (!rules.Paths.Contains(request.Path))
            return Refuse(404, $"the path is not served; it is one of {string.Join(", ", rules.Paths)}", "");
        if (!request.IsKeyValid()) return Refuse(400, "Sec-WebSocket-Key must be 16 bytes in base64", "");
        if (!IsAllowed(request.Origin, rules.AllowedOrigins))
            return Refuse(403, "pages of this origin may not connect", "");
        return request.Protocol is { } protocol ? Accept(request.Key, protocol)
            : Refuse(400, "Sec-WebSocket-Protocol must name the subprotocol mqtt (MQTT-6.0.0-3)", "");
    }

    /// <summary>A head above <see cref="UpgradeRequest.BytesMax"/>.</summary>
    public static UpgradeAnswer TooLarge { get; } =
        Refuse(431, $"the request's head has more than {UpgradeRequest.BytesMax} bytes", "");

    /// <summary>No HTTP at all: whoever it is would not understand an answer.</summary>
    public static UpgradeAnswer NotHttp { get; } =
        new(0, [], "bytes that are no HTTP: this port speaks MQTT over WebSocket only");

    /// <summary>Proof that the key was read (RFC 6455, 4.2.2).</summary>
    public static string AcceptOf(ReadOnlySpan<byte> key) =>
        Convert.ToBase64String(SHA1.HashData([.. key, .. KeySuffix]));

    private static UpgradeAnswer Accept(ReadOnlySpan<byte> key, string protocol) => new(
        101, Encoding.ASCII.GetBytes("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            + $"Connection: Upgrade\r\nSec-WebSocket-Accept: {AcceptOf(key)}\r\n"
            + $"Sec-WebSocket-Protocol: {protocol}\r\n\r\n"), null);

    private static bool IsAllowed(string? origin, IReadOnlyList<string> allowed) =>
        origin is null || allowed.Count == 0 || allowed.Contains(origin, StringComparer.OrdinalIgnoreCase);

    /// <summary>With a few words for a person who came here with a browser.</summary>
    private static UpgradeAnswer Refuse(int status, string why, string fields, bool hasBody = true)
    {
        var body = $"{why}.\nThis port of LightMq EdgeBroker takes MQTT over WebSocket: connect an MQTT "
            + "client to ws://HOST:PORT/mqtt (or wss://), subprotocol mqtt.\n";
        var head = string.Create(CultureInfo.InvariantCulture,
            $"HTTP/1.1 {status} {Phrase(status)}\r\nContent-Type: text/plain; charset=utf-8\r\n"
            + $"Content-Length: {body.Length}\r\nCache-Control: no-store\r\n");
        if (!fields.Contains("Connection:", StringComparison.Ordinal)) fields += "Connection: close\r\n";
        return new(status, Encoding.ASCII.GetBytes($"{head}{fields}\r\n{(hasBody ? body : "")}"), why);
    }

    private static string Phrase(int status) => status switch
    {
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        426 => "Upgrade Required",
        431 => "Request Header Fields Too Large",
        _ => "HTTP Version Not Supported",
    };
}
