using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using LightMq.Broker.Settings;
using LightMq.Net;
using LightMq.Net.Tls;
using Xunit;

namespace LightMq.Unit.Net;

/// <summary>A TLS listener on real sockets; the client is the framework's.</summary>
public sealed class TlsTests
{
    private static readonly byte[] ConnAck = [0x20, 2, 0, 0];

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public void A_client_connects_and_gets_an_answer(SslProtocols protocol)
    {
        using var broker = new RunningTls(TlsPairs.Make("localhost"));
        using var client = broker.Open(protocol);
        client.Write(Bytes.Connect("one"));
        Assert.Equal(ConnAck, client.Take(4));
        Assert.Equal(protocol, client.SslProtocol);
    }
}

/// <summary>A running loop with one TLS listener.</summary>
internal sealed class RunningTls : IDisposable
{
    public RunningTls(params X509Certificate2[] certificates) : this(new TlsMaterial(
        [.. certificates.Select(TlsPairs.Pair)])) { }

    public RunningTls(TlsMaterial material, BrokerOptions? options = null, TimeProvider? time = null)
    {
        Server = new TlsServer(material);
        Loop = new RunningLoop(IPAddress.Loopback, options, time, ListenerTransport.Tls, tls: Server);
    }

    public TlsServer Server { get; }

    public RunningLoop Loop { get; }

    /// <summary>A client that has shaken hands and takes any certificate.</summary>
    public SslStream Open(
        SslProtocols protocol = SslProtocols.None, string host = "localhost", X509Certificate2? own = null)
    {
        var stream = new SslStream(new NetworkStream(Loop.Open(), ownsSocket: true));
        stream.AuthenticateAsClient(new SslClientAuthenticationOptions
        {
            TargetHost = host,
            EnabledSslProtocols = protocol,
            ClientCertificates = own is null ? null : [own],
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
        });
        return stream;
    }

    public void Dispose() => Loop.Dispose();
}

/// <summary>Reading and writing in a test's words.</summary>
internal static class Bytes
{
    public static byte[] Connect(string clientId) =>
    [
        0x10, (byte)(12 + clientId.Length), 0, 4, (byte)'M', (byte)'Q', (byte)'T', (byte)'T', 4, 2, 0, 60,
        0, (byte)clientId.Length, .. clientId.Select(letter => (byte)letter),
    ];

    public static byte[] Take(this Stream stream, int count)
    {
        var bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
