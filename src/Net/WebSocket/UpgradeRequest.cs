using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace LightMq.Net.WebSocket;

/// <summary>
/// The HTTP request that opens a WebSocket (RFC 6455, 4.2.1; RFC 9112). Fields may come in any order and
/// case; lists may be parted over several lines of one name. A folded line is refused, as RFC 9112, 5.2
/// allows.
/// </summary>
internal ref struct UpgradeRequest
{
    /// <summary>Longest head, the empty line included.</summary>
    public const int BytesMax = 8_192;

    private const int KeyBytes = 16;

    private ReadOnlySpan<byte> _method, _target, _version;
    private int _hosts, _keys, _versions, _origins;
    private bool _hasBody;

    /// <summary>The path, without its query.</summary>
    public string Path { get; private set; } = "";

    /// <summary>The page's origin, as a browser says it; null: none.</summary>
    public string? Origin { get; private set; }

    /// <summary>The key that the answer proves to have read.</summary>
    public ReadOnlySpan<byte> Key { get; private set; }

    /// <summary>The first subprotocol of the client's list that we speak; null: none.</summary>
    public string? Protocol { get; private set; }

    /// <summary>Whether it asks for a WebSocket at all.</summary>
    public bool IsUpgrade { get; private set; }

    /// <summary>Whether the Connection field names Upgrade, as it must.</summary>
    public bool IsConnectionUpgrade { get; private set; }

    /// <summary>Whether Sec-WebSocket-Version is 13.</summary>
    public bool IsVersion13 { get; private set; }

    public readonly bool IsGet => _method.SequenceEqual("GET"u8);

    public readonly bool IsHead => _method.SequenceEqual("HEAD"u8);

    public readonly bool IsHttp1 => _version.StartsWith("HTTP/1."u8);

    public readonly bool IsHttp11 => IsHttp1 && !_version.EndsWith(".0"u8);

    private UpgradeRequest(ReadOnlySpan<byte> requestLine)
    {
        var first = requestLine.IndexOf((byte)' ');
        var last = requestLine.LastIndexOf((byte)' ');
        if (first <= 0 || last == first) return;
        _method = requestLine[..first];
        _target = requestLine[(first + 1)..last];
        _version = requestLine[(last + 1)..];
    }

    /// <summary>
    /// Whether this may be the beginning of a request: anything else, MQTT or TLS perhaps, is not worth
    /// waiting for the rest.
    /// </summary>
    public static bool MayBegin(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes.TrimStart("\r\n"u8);
        return bytes.IsEmpty || bytes[0] is >= (byte)'A' and <= (byte)'Z';
    }

    /// <summary>
    /// Length of the head with its empty line, and of empty lines before it; 0 while it is not whole.
    /// </summary>
    /// <param name="bytes">All bytes so far.</param>
    /// <param name="from">Where to look from: the length asked about before.</param>
    public static int EndOf(ReadOnlySpan<byte> bytes, int from)
    {
        var begin = bytes.Length - bytes.TrimStart("\r\n"u8).Length;
        for (var at = Math.Max(begin, from - 3); at < bytes.Length;)
        {
            var feed = bytes[at..].IndexOf((byte)'\n');
            if (feed < 0) return 0;
            at += feed + 1;
            if (bytes[at..] is [(byte)'\n', ..]) return at + 1;
            if (bytes[at..] is [(byte)'\r', (byte)'\n', ..]) return at + 2;
        }
        return 0;
    }

    /// <summary>Reads a whole head; false with the fault where it is no HTTP request.</summary>
    public static bool TryRead(ReadOnlySpan<byte> head, out UpgradeRequest request, out string fault)
    {
        head = head.TrimStart("\r\n"u8);
        request = new UpgradeRequest(NextLine(ref head));
        fault = request.FaultOfRequestLine();
        while (fault.Length == 0)
        {
            var line = NextLine(ref head);
            if (line.IsEmpty) break;
            fault = request.ReadField(line);
        }
        if (fault.Length > 0) return false;
        if (request._hosts != 1) fault = "one Host field is needed";
        else if (request._hasBody) fault = "a body is not taken";
        else if (request._keys > 1 || request._versions > 1 || request._origins > 1)
            fault = "Sec-WebSocket-Key, Sec-WebSocket-Version or Origin is there twice";
        return fault.Length == 0;
    }

    /// <summary>Whether the key is 16 bytes in base64.</summary>
    public readonly bool IsKeyValid()
    {
        Span<byte> key = stackalloc byte[KeyBytes + 2];
        var status = Base64.DecodeFromUtf8(Key, key, out var taken, out var written);
        return status == OperationStatus.Done && taken == Key.Length && written == KeyBytes;
    }

    private string FaultOfRequestLine()
    {
        if (_method.IsEmpty || _target.IsEmpty || !_method.ContainsOnlyTokens()
            || _target.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E) || !_version.StartsWith("HTTP/"u8)
            || _version.Length != 8)
            return "the first line is no request line of HTTP";
        Path = PathOf(_target);
        return "";
    }

    private string ReadField(ReadOnlySpan<byte> line)
    {
        if (line[0] is (byte)' ' or (byte)'\t') return "a folded header line is not taken (RFC 9112, 5.2)";
        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || !line[..colon].ContainsOnlyTokens()) return "a header line without a proper name";
        var value = line[(colon + 1)..].Trim(" \t"u8);
        if (value.ContainsAnyInRange((byte)0, (byte)8) || value.ContainsAnyInRange((byte)10, (byte)31))
            return "a header line with a control character";
        Take(line[..colon], value);
        return "";
    }

    private void Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (Is(name, "Host"u8)) _hosts++;
        else if (Is(name, "Upgrade"u8)) IsUpgrade |= HasToken(value, "websocket"u8);
        else if (Is(name, "Connection"u8)) IsConnectionUpgrade |= HasToken(value, "upgrade"u8);
        else if (Is(name, "Sec-WebSocket-Version"u8))
        {
            _versions++;
            IsVersion13 = value.SequenceEqual("13"u8);
        }
        else if (Is(name, "Sec-WebSocket-Key"u8))
        {
            _keys++;
            Key = value;
        }
        else if (Is(name, "Sec-WebSocket-Protocol"u8)) Protocol ??= FirstKnown(value);
        else if (Is(name, "Origin"u8))
        {
            _origins++;
            Origin = Encoding.Latin1.GetString(value);
        }
        else if (Is(name, "Content-Length"u8)) _hasBody |= !value.SequenceEqual("0"u8);
        else if (Is(name, "Transfer-Encoding"u8)) _hasBody = true;
    }

    /// <summary>The client's order is its preference; names of subprotocols have a case.</summary>
    private static string? FirstKnown(ReadOnlySpan<byte> list)
    {
        foreach (var range in list.Split((byte)','))
        {
            var token = list[range].Trim(" \t"u8);
            if (token.SequenceEqual("mqtt"u8)) return "mqtt";
            if (token.SequenceEqual("mqttv3.1"u8)) return "mqttv3.1";
        }
        return null;
    }

    private static bool HasToken(ReadOnlySpan<byte> list, ReadOnlySpan<byte> token)
    {
        foreach (var range in list.Split((byte)','))
            if (Is(list[range].Trim(" \t"u8), token)) return true;
        return false;
    }

    /// <summary>Of a path with a query, or of a whole address (RFC 9112, 3.2.2).</summary>
    private static string PathOf(ReadOnlySpan<byte> target)
    {
        var scheme = target.IndexOf("://"u8);
        if (target[0] != (byte)'/' && scheme > 0)
        {
            target = target[(scheme + 3)..];
            var slash = target.IndexOfAny((byte)'/', (byte)'?');
            target = slash < 0 ? "/"u8 : target[slash..];
            if (target[0] == (byte)'?') target = "/"u8;
        }
        var query = target.IndexOf((byte)'?');
        return Encoding.Latin1.GetString(query < 0 ? target : target[..query]);
    }

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) =>
        Ascii.EqualsIgnoreCase(text, word);

    /// <summary>Without its end; both CR LF and a bare LF end a line (RFC 9112, 2.2).</summary>
    private static ReadOnlySpan<byte> NextLine(scoped ref ReadOnlySpan<byte> rest)
    {
        var feed = rest.IndexOf((byte)'\n');
        var line = rest[..feed];
        rest = rest[(feed + 1)..];
        return line is [.., (byte)'\r'] ? line[..^1] : line;
    }
}

/// <summary>The letters of HTTP's names (RFC 9110, 5.6.2).</summary>
file static class Tokens
{
    private static readonly SearchValues<byte> Letters = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    public static bool ContainsOnlyTokens(this ReadOnlySpan<byte> text) => !text.ContainsAnyExcept(Letters);
}
