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

/// <summary>A running loop with one TLS listener.</summary>
internal sealed class RunningTls : IDisposable
{
    public RunningTls(params X509Certificate2[] certificates)
        : this(new TlsMaterial([.. certificates.Select(TlsPairs.Pair)]))
    {
    }

    public RunningTls(TlsMaterial material, BrokerOptions? options = null, ListenerOptions? listener = null)
    {
        Server = new TlsServer(material);
        Loop = new RunningLoop(IPAddress.Loopback, options, transport: ListenerTransport.Tls, tls: Server,
            listenerOptions: listener);
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

/// <summary>MQTT and sockets in a test's words.</summary>
internal static class MqttBytes
{
    public static byte[] Connect(string clientId) =>
    [
        0x10, (byte)(12 + clientId.Length), 0, 4, (byte)'M', (byte)'Q', (byte)'T', (byte)'T', 4, 2, 0, 60,
        0, (byte)clientId.Length, .. clientId.Select(static letter => (byte)letter),
    ];

    public static byte[] Subscribe(string filter) =>
    [
        0x82, (byte)(5 + filter.Length), 0, 1, 0, (byte)filter.Length,
        .. filter.Select(static letter => (byte)letter), 0,
    ];

    /// <summary>QoS 0; the payload counts up, so that a lost or doubled part shows.</summary>
    public static byte[] Publish(string topic, int payloadBytes)
    {
        var length = 2 + topic.Length + payloadBytes;
        return
        [
            0x30, (byte)(length & 0x7f | 0x80), (byte)(length >> 7 & 0x7f | 0x80), (byte)(length >> 14),
            0, (byte)topic.Length, .. topic.Select(static letter => (byte)letter),
            .. Enumerable.Range(0, payloadBytes).Select(static i => (byte)(i % 251)),
        ];
    }

    public static byte[] Take(this Stream stream, int count)
    {
        var bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }

    public static byte[] Take(this Socket socket, int count)
    {
        using var stream = new NetworkStream(socket);
        return stream.Take(count);
    }

    /// <summary>The broker closes it, in whatever way.</summary>
    public static void AwaitEnd(this Socket socket)
    {
        try
        {
            while (socket.Receive(new byte[1024]) > 0) continue;
        }
        catch (SocketException reset)
        {
            Assert.Equal(SocketError.ConnectionReset, reset.SocketErrorCode);
        }
    }

    /// <summary>A peer is turned away for this reason, soon.</summary>
    public static void AwaitTurnedAway(this RunningLoop loop, Refusal refusal) =>
        Assert.True(SpinWait.SpinUntil(
            () => loop.TurnedAway.Any(one => one.Refusal == refusal), 10_000), $"not seen: {refusal}");
}
