using System.Globalization;
using System.Text;

namespace LightMq.Host.Admin;

/// <summary>
/// A request of HTTP/1.1 (RFC 9112) as the admin API takes it: a head of at most 8 KiB and a body whose
/// length is told beforehand. One request per connection.
/// </summary>
/// <param name="Method">In capitals.</param>
/// <param name="Path">Parts of the path, decoded.</param>
/// <param name="Authorization">That header; empty: none.</param>
/// <param name="Body">The body; empty: none.</param>
internal sealed record HttpRequest(
    string Method, IReadOnlyList<string> Path, string Authorization, byte[] Body)
{
    private const int HeadBytesMax = 8_192;
    /// <summary>Longest body.</summary>
    public const int BodyBytesMax = 262_144;

    /// <summary>Reads one; null: the peer said nothing whole.</summary>
    /// <param name="stream">From the peer; its reads end by themselves.</param>
    /// <exception cref="AdminError">It is none that is taken here.</exception>
    public static HttpRequest? Read(Stream stream)
    {
        var buffer = new byte[HeadBytesMax];
        var length = 0;
        int end;
        while ((end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8)) < 0)
        {
            if (length == buffer.Length) throw new AdminError(431, "the head is longer than 8 KiB");
            var count = stream.Read(buffer, length, buffer.Length - length);
            if (count == 0) return null;
            length += count;
        }
        var lines = Encoding.Latin1.GetString(buffer, 0, end).Split("\r\n");
        var (method, path) = ReadFirst(lines[0]);
        var headers = ReadHeaders(lines.AsSpan(1));
        if (headers.ContainsKey("transfer-encoding"))
            throw new AdminError(411, "the length of the body must be told beforehand (Content-Length)");
        var body = new byte[LengthOf(headers)];
        var have = Math.Min(body.Length, length - end - 4);
        buffer.AsSpan(end + 4, have).CopyTo(body);
        if (have < body.Length && headers.ContainsKey("expect"))
            stream.Write("HTTP/1.1 100 Continue\r\n\r\n"u8);
        for (; have < body.Length;)
        {
            var count = stream.Read(body, have, body.Length - have);
            if (count == 0) return null;
            have += count;
        }
        return new HttpRequest(method, path, headers.GetValueOrDefault("authorization", ""), body);
    }

    private static (string Method, string[] Path) ReadFirst(string line)
    {
        var words = line.Split(' ');
        if (words is not [{ Length: > 0 } method, ['/', ..] target, "HTTP/1.1" or "HTTP/1.0"])
            throw new AdminError(400, "the first line is not METHOD /path HTTP/1.1");
        var query = target.IndexOf('?');
        var path = query < 0 ? target : target[..query];
        return (method, [.. path[1..].Split('/').Select(Uri.UnescapeDataString)]);
    }

    private static Dictionary<string, string> ReadHeaders(ReadOnlySpan<string> lines)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines)
        {
            var colon = line.IndexOf(':');
            if (colon <= 0 || line[..colon].Any(static letter => letter is <= ' ' or > '~'))
                throw new AdminError(400, "a header is not NAME: VALUE");
            // A second length or login would be one that somebody smuggled in.
            if (!headers.TryAdd(line[..colon], line[(colon + 1)..].Trim()))
                headers[line[..colon]] = "twice";
        }
        return headers;
    }

    private static int LengthOf(Dictionary<string, string> headers)
    {
        if (!headers.TryGetValue("content-length", out var text)) return 0;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length))
            throw new AdminError(400, "Content-Length is not a number");
        return length <= BodyBytesMax ? (int)length
            : throw new AdminError(413, $"the body is longer than {BodyBytesMax} bytes");
    }
}
