using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using LightMq.Net.WebSocket;
using Xunit;

namespace LightMq.Unit.Net;

/// <summary>A WebSocket client on a raw socket, so that it can also break the rules.</summary>
internal sealed class WebSocketPeer(Socket socket) : IDisposable
{
    public static readonly byte[] Request = Encoding.ASCII.GetBytes(UpgradeTests.Request);

    public Socket Socket => socket;

    /// <summary>A peer whose request was taken.</summary>
    public static WebSocketPeer Open(RunningLoop loop)
    {
        var peer = new WebSocketPeer(loop.Open());
        peer.Send(Request);
        Assert.StartsWith("HTTP/1.1 101 ", peer.Head());
        return peer;
    }

    public void Send(params ReadOnlySpan<byte> bytes) => socket.Send(bytes);

    public void SendBinary(params ReadOnlySpan<byte> bytes) => socket.Send(ClientFrames.Binary(bytes));

    /// <summary>The answer's head.</summary>
    public string Head()
    {
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal)) head.Append((char)Take(1)[0]);
        return head.ToString();
    }

    /// <summary>The next frame, which a server must not mask (RFC 6455, 5.1).</summary>
    public (Opcode Opcode, byte[] Payload) Frame()
    {
        var head = Take(2);
        Assert.Equal(0x80, head[0] & 0xF0);
        long length = head[1];
        if (length == 126) length = BinaryPrimitives.ReadUInt16BigEndian(Take(2));
        else if (length == 127) length = BinaryPrimitives.ReadInt64BigEndian(Take(8));
        return ((Opcode)(head[0] & 0x0F), Take((int)length));
    }

    /// <summary>The inside of binary messages, until there are so many bytes.</summary>
    public byte[] Binary(int count)
    {
        var bytes = new List<byte>();
        while (bytes.Count < count)
        {
            var (opcode, payload) = Frame();
            Assert.Equal(Opcode.Binary, opcode);
            bytes.AddRange(payload);
        }
        return [.. bytes];
    }

    /// <summary>Whatever comes until the broker ends the connection, without a reset.</summary>
    public byte[] Rest()
    {
        var bytes = new List<byte>();
        var buffer = new byte[65_536];
        for (int count; (count = socket.Receive(buffer)) > 0;) bytes.AddRange(buffer.AsSpan(0, count));
        return [.. bytes];
    }

    public void Dispose() => socket.Dispose();

    private byte[] Take(int count)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count;)
        {
            var more = socket.Receive(bytes, at, count - at, SocketFlags.None);
            Assert.True(more > 0, $"the end came after {at} of {count} bytes");
            at += more;
        }
        return bytes;
    }
}
