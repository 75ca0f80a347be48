using System.Globalization;

namespace LightMq.Uplink.Wire;

/// <summary>Where a broker is.</summary>
/// <param name="Host">Host name or address.</param>
/// <param name="Port">TCP port.</param>
/// <param name="IsTls">Whether TLS is spoken.</param>
internal sealed record LinkAddress(string Host, int Port, bool IsTls)
{
    /// <summary>What <see cref="TryParse"/> takes, in words.</summary>
    public const string Form = "HOST, HOST:PORT, tcp://HOST:PORT or tls://HOST:PORT";

    private const int PlainPort = 1_883, TlsPort = 8_883;

    /// <summary>Reads an address; false: it is none.</summary>
    public static bool TryParse(string text, out LinkAddress? address)
    {
        address = null;
        var isTls = text.StartsWith("tls://", StringComparison.OrdinalIgnoreCase);
        if (isTls || text.StartsWith("tcp://", StringComparison.OrdinalIgnoreCase)) text = text[6..];
        var port = isTls ? TlsPort : PlainPort;
        var colon = text.LastIndexOf(':');
        if (colon >= 0 && !text.EndsWith(']') && (text[0] == '[' || text.IndexOf(':') == colon))
        {
            var isPort = int.TryParse(
                text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port);
            if (!isPort || port is < 1 or > 65_535) return false;
            text = text[..colon];
        }
        var host = text.Trim('[', ']');
        if (host.Length == 0 || Uri.CheckHostName(host) == UriHostNameType.Unknown) return false;
        address = new LinkAddress(host, port, isTls);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{(IsTls ? "tls" : "tcp")}://{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}";
}
