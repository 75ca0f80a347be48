namespace LightMq.Process.Chain;

/// <summary>
/// Edge broker, uplink and central as real processes, with a proxy on the link between the last two.
/// </summary>
internal sealed class ChainSite : IDisposable
{
    /// <summary>Edge and central started; the uplink is for the caller to start.</summary>
    /// <param name="edge">More sections of the edge's configuration.</param>
    /// <param name="central">Of the central's.</param>
    /// <param name="login">Keys of the uplink's section Central; null: a login by signature.</param>
    /// <param name="uplink">More sections of the uplink's; WEB is the central's HTTP side.</param>
    /// <param name="isSecure">Whether the link upward is TLS, with the central's own certificate.</param>
    public ChainSite(string edge = "", string central = "", string? login = null, string uplink = "",
        bool isSecure = false)
    {
        Central = new CentralSite(central);
        Central.Start();
        Edge = new EdgeSite(edge);
        Edge.Start();
        IsSecure = isSecure;
        Link = new LinkProxy(isSecure ? Central.TlsPort : Central.Port);
        Web = new LinkProxy(Central.HttpPort);
        Uplink = new UplinkSite(
            Edge.Port, Link.Port, login, uplink.Replace("WEB", $"http://127.0.0.1:{Web.Port}"),
            isSecure ? Central.OwnCertificate : null);
        Reader = Central.Reader();
    }

    /// <summary>Whether the link upward is TLS.</summary>
    public bool IsSecure { get; }
    public CentralSite Central { get; }
    public EdgeSite Edge { get; }
    public UplinkSite Uplink { get; }
    /// <summary>The MQTT link upward.</summary>
    public LinkProxy Link { get; }
    /// <summary>The HTTP link upward.</summary>
    public LinkProxy Web { get; }
    public CoreReader Reader { get; }

    /// <summary>The central starts again, wherever it was.</summary>
    public void RestartCentral()
    {
        Central.Start();
        Link.TargetPort = IsSecure ? Central.TlsPort : Central.Port;
        Web.TargetPort = Central.HttpPort;
    }

    public void Dispose()
    {
        Uplink.Dispose();
        Edge.Dispose();
        Central.Dispose();
        Link.Dispose();
        Web.Dispose();
        Reader.Dispose();
    }
}
