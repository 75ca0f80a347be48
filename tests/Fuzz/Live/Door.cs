using System.Net;
using System.Net.Sockets;
using LightMq.Fuzz.Mutation;
using LightMq.Tests;
using LightMq.Tests.Stages;

namespace LightMq.Fuzz.Live;

/// <summary>What is spoken below MQTT.</summary>
internal enum Transport
{
    Tcp,
    Tls,
    WebSocket,
    SecureWebSocket,
}

/// <summary>A listener of the broker that is fuzzed.</summary>
/// <param name="Transport">What it speaks.</param>
/// <param name="IsLmq">Dialect lmq, else plain, where users and anonymous clients come in.</param>
/// <param name="Port">On loopback.</param>
internal sealed record Door(Transport Transport, bool IsLmq, int Port)
{
    private static readonly byte[] PlainConnect = PacketText.Bytes("""10 ["MQTT" 04 02 00 3c "knock"]""");

    private static readonly byte[] LmqConnect = PacketText.Bytes(
        """10 ["MQTT" 04 c2 00 3c "GID_AAA@@@knock" "AK" "lRrW/qFrChWfv+LIVjU1xT3BGs4="]""");

    public bool IsTls => Transport is Transport.Tls or Transport.SecureWebSocket;

    public bool IsWebSocket => Transport is Transport.WebSocket or Transport.SecureWebSocket;

    /// <summary>Whether such a conversation belongs here.</summary>
    public bool IsFor(Access access) => IsLmq == (access == Access.Lmq);

    /// <summary>A connected socket that fails rather than waits for ever.</summary>
    public Socket Open(int patienceMilliseconds)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true, ReceiveTimeout = patienceMilliseconds, SendTimeout = patienceMilliseconds,
        };
        try
        {
            socket.Connect(IPAddress.Loopback, Port);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Comes in as a client that keeps every rule; null, or why that failed.</summary>
    public string? Knock(int patienceMilliseconds)
    {
        try
        {
            using var socket = Open(patienceMilliseconds);
            using var network = new NetworkStream(socket);
            using var stream = Transport switch
            {
                Transport.Tls => Transports.Tls(network),
                Transport.WebSocket => Transports.WebSocket(network),
                Transport.SecureWebSocket => Transports.SecureWebSocket(network),
                _ => network,
            };
            stream.Write(IsLmq ? LmqConnect : PlainConnect);
            stream.Flush();
            var answer = new byte[4];
            stream.ReadExactly(answer);
            return answer is [0x20, 2, 0, 0] ? null : $"{this}: {PacketText.Hex(answer)}";
        }
        catch (Exception wrong) when (Attacker.IsOfTheNetwork(wrong) || wrong is Difference)
        {
            return $"{this}: {wrong.Message}";
        }
    }
}
