using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace LightMq.Fuzz.Live;

/// <summary>What a client of TLS says first, to be mutated.</summary>
internal static class TlsHello
{
    /// <summary>A ClientHello as the framework's own TLS makes it.</summary>
    public static byte[] Record()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        client.Connect((IPEndPoint)listener.LocalEndpoint);
        using var server = listener.AcceptSocket();
        using var tls = new SslStream(client.GetStream(), false, static (_, _, _, _) => true);
        var handshake = tls.AuthenticateAsClientAsync("localhost");
        var hello = new byte[16_384];
        var length = server.Receive(hello);
        server.Close();
        try
        {
            handshake.GetAwaiter().GetResult();
        }
        catch (IOException)
        {
            // Nobody answered, and that was all.
        }
        return hello[..length];
    }
}
