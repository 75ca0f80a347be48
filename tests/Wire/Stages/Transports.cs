using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;

namespace LightMq.Tests.Stages;

/// <summary>What a peer lays over its socket, by the framework's own TLS and WebSocket.</summary>
internal static class Transports
{
    private const string Request =
        "GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Protocol: mqtt\r\n\r\n";

    public static Stream Tls(NetworkStream socket)
    {
        var tls = new SslStream(socket, false, static (_, _, _, _) => true);
        tls.AuthenticateAsClient("localhost");
        return tls;
    }

    public static Stream WebSocket(NetworkStream socket) => Upgrade(socket);

    public static Stream SecureWebSocket(NetworkStream socket) => Upgrade(Tls(socket));

    private static Stream Upgrade(Stream below)
    {
        below.Write(Encoding.ASCII.GetBytes(Request));
        var head = new List<byte>();
        while (!head.TakeLast(4).SequenceEqual("\r\n\r\n"u8.ToArray())) head.Add((byte)below.ReadByte());
        var answer = Encoding.ASCII.GetString([.. head]);
        if (!answer.StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal)) throw new Difference(answer);
        var webSocket = System.Net.WebSockets.WebSocket.CreateFromStream(
            below, new WebSocketCreationOptions { SubProtocol = "mqtt" });
        return WebSocketStream.Create(webSocket, WebSocketMessageType.Binary);
    }
}
