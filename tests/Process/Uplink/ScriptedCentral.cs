using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MQTTnet.Adapter;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace LightMq.Process.Uplink;

/// <summary>
/// A central without a will of its own: it waits for connections and does what a test says.
/// </summary>
internal sealed class ScriptedCentral : IDisposable
{
    private const int WaitSecondsMax = 30;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2? _certificate;

    public ScriptedCentral(X509Certificate2? certificate = null)
    {
        _certificate = certificate;
        _listener.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The next connection, only TCP and TLS.</summary>
    public async Task<ScriptedPeer> Accept(MqttProtocolVersion version = MqttProtocolVersion.V500)
    {
        var socket = await _listener.AcceptSocketAsync().WaitAsync(TimeSpan.FromSeconds(WaitSecondsMax));
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (_certificate is not null)
        {
            var tls = new SslStream(stream);
            await tls.AuthenticateAsServerAsync(_certificate);
            stream = tls;
        }
        return new ScriptedPeer(socket, stream, version);
    }

    /// <summary>Whether nobody connects for a while.</summary>
    public async Task<bool> IsQuiet(TimeSpan time)
    {
        try
        {
            using var cancel = new CancellationTokenSource(time);
            using var socket = await _listener.AcceptSocketAsync(cancel.Token);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    /// <summary>The next connection, with CONNECT and CONNACK.</summary>
    /// <param name="cluster">Cluster id; null: a central of another make.</param>
    /// <param name="version">Version of MQTT.</param>
    public async Task<ScriptedPeer> Welcome(
        string? cluster = "c1", MqttProtocolVersion version = MqttProtocolVersion.V500)
    {
        var peer = await Accept(version);
        await peer.Read<MqttConnectPacket>();
        peer.Send(new MqttConnAckPacket
        {
            IsSessionPresent = true,
            ReasonCode = MqttConnectReasonCode.Success,
            ReturnCode = MqttConnectReturnCode.ConnectionAccepted,
            UserProperties = cluster is null ? null
                : [new MqttUserProperty("lmq-cluster", Encoding.UTF8.GetBytes(cluster).AsMemory())],
        });
        return peer;
    }

    public void Dispose() => _listener.Dispose();
}

/// <summary>One connection of the uplink.</summary>
internal sealed class ScriptedPeer(Socket socket, Stream stream, MqttProtocolVersion version) : IDisposable
{
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(30);
    private readonly MqttPacketFormatterAdapter _adapter = new(version, new MqttBufferWriter(1_024, 65_536));

    public void Send(MqttPacket packet) => SendBytes(_adapter.Encode(packet).ToArray());

    public void SendBytes(params byte[] bytes) => stream.Write(bytes);

    /// <summary>The next packet, which must be of this kind; probes are answered on the way.</summary>
    public async Task<T> Read<T>()
        where T : MqttPacket
    {
        while (true)
        {
            var packet = await Next();
            if (packet is T wanted) return wanted;
            if (packet is not MqttPingReqPacket)
                throw new InvalidOperationException($"{packet?.GetType().Name ?? "the end"} came");
            Send(new MqttPingRespPacket());
        }
    }

    /// <summary>The next message, acknowledged or not.</summary>
    public async Task<MqttPublishPacket> Take(bool acknowledges = true)
    {
        var publish = await Read<MqttPublishPacket>();
        if (acknowledges) Acknowledge(publish.PacketIdentifier);
        return publish;
    }

    public void Acknowledge(ushort id) => Send(new MqttPubAckPacket { PacketIdentifier = id });

    /// <summary>Says DISCONNECT and closes.</summary>
    public void Leave(int code, string? reason = null)
    {
        Send(new MqttDisconnectPacket
        {
            ReasonCode = (MqttDisconnectReasonCode)code, ReasonString = reason,
        });
        Dispose();
    }

    /// <summary>Whether the uplink closes the connection.</summary>
    public async Task<bool> Ends()
    {
        while (true)
        {
            if (await Next() is not { } packet) return true;
            if (packet is MqttPingReqPacket) Send(new MqttPingRespPacket());
        }
    }

    public void Dispose()
    {
        stream.Dispose();
        socket.Dispose();
    }

    private async Task<MqttPacket?> Next()
    {
        using var cancel = new CancellationTokenSource(WaitMax);
        try
        {
            var header = new byte[1];
            await stream.ReadExactlyAsync(header, cancel.Token);
            var (length, digits) = (0, 0);
            var one = new byte[1];
            do
            {
                await stream.ReadExactlyAsync(one, cancel.Token);
                length |= (one[0] & 0x7F) << (7 * digits++);
            }
            while (one[0] >= 0x80);
            var body = new byte[length];
            await stream.ReadExactlyAsync(body, cancel.Token);
            return _adapter.Decode(new ReceivedMqttPacket(header[0], body, 1 + digits + length));
        }
        catch (Exception end) when (end is IOException or SocketException)
        {
            return null;
        }
    }
}
