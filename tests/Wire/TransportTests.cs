using System.Net.Sockets;
using LightMq.Net;
using LightMq.Tests.Stages;
using Xunit;

namespace LightMq.Tests;

/// <summary>The transcripts that run on a socket run the same over every other transport.</summary>
public sealed class TransportTests
{
    public static TheoryData<string> Socket => WireTests.Socket;

    [Theory]
    [MemberData(nameof(Socket))]
    public void Over_WebSocket(string transcript) =>
        Play(transcript, ListenerTransport.WebSocket, Transports.WebSocket);

    [Theory]
    [MemberData(nameof(Socket))]
    public void Over_TLS(string transcript) => Play(transcript, ListenerTransport.Tls, Transports.Tls);

    [Theory]
    [MemberData(nameof(Socket))]
    public void Over_WebSocket_over_TLS(string transcript) =>
        Play(transcript, ListenerTransport.SecureWebSocket, Transports.SecureWebSocket);

    private static void Play(
        string transcript, ListenerTransport transport, Func<NetworkStream, Stream> over) =>
        WireTests.Play(transcript, one =>
        {
            var broker = new LoopBroker(one, transport);
            return new SocketStage(broker.EndPoint, broker, over);
        });
}
