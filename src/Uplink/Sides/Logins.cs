using System.Text;
using LightMq.Lmq;
using LightMq.Uplink.Bridging;
using LightMq.Uplink.Settings;
using LightMq.Uplink.Tokens;
using LightMq.Uplink.Wire;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace LightMq.Uplink.Sides;

/// <summary>Makes connections to both brokers and logs in.</summary>
internal static class Logins
{
    /// <summary>Packet ids of what the host itself sends.</summary>
    public const ushort TokenId = 1, SubscribeId = 2;

    private const int LocalPacketBytesMax = 256 << 20;
    private const uint ExpiresNever = uint.MaxValue;
    private static readonly string UploadToken = Encoding.ASCII.GetString(ControlTopics.UploadToken);

    /// <summary>Connects to the local broker.</summary>
    /// <exception cref="LinkError">It cannot be done.</exception>
    public static async Task<BrokerSession> LocalAsync(
        LocalSettings settings, BridgeOptions bounds, TimeProvider time, CancellationToken stop)
    {
        var opening = new LinkOpening(settings.Address, Trust(settings.CaFile, time.GetUtcNow), time);
        var link = await opening.OpenAsync(MqttProtocolVersion.V500, LocalPacketBytesMax, stop);
        try
        {
            var connect = Connect(settings.ClientId, settings.Login, settings.KeepAliveSeconds, isFive: true);
            // More than its window: what was sent and not passed on waits here, no more.
            connect.ReceiveMaximum = (ushort)Math.Min(65_535, bounds.WindowMax * 2);
            return await new Dialogue(link, time).ConnectAsync(connect);
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }

    /// <summary>Connects to the central, uploads the token and subscribes.</summary>
    /// <exception cref="LinkError">It cannot be done.</exception>
    public static async Task<BrokerSession> CentralAsync(
        CentralSettings settings, LinkAddress address, CentralPass pass, TimeProvider time,
        CancellationToken stop)
    {
        var opening = new LinkOpening(address, pass.Trust, time);
        var version = settings.IsFive ? MqttProtocolVersion.V500 : MqttProtocolVersion.V311;
        var link = await opening.OpenAsync(version, settings.PacketBytesMax, stop);
        try
        {
            var dialogue = new Dialogue(link, time);
            var connect = Connect(
                settings.ClientId, settings.Login, settings.KeepAliveSeconds, settings.IsFive);
            if (settings.IsFive)
            {
                connect.ReceiveMaximum = (ushort)pass.DownWindow;
                connect.MaximumPacketSize = (uint)settings.PacketBytesMax;
                connect.UserProperties =
                [
                    new MqttUserProperty(Encoding.ASCII.GetString(BridgeProperties.Installation),
                        Encoding.ASCII.GetBytes(pass.Installation).AsMemory()),
                ];
            }
            var session = await dialogue.ConnectAsync(connect);
            if (pass.Token is { } token)
            {
                link.Send(Upload(token));
                link.Flush();
                await dialogue.AnswerAsync<MqttPubAckPacket>(static ack => ack.PacketIdentifier == TokenId);
            }
            if (settings.Filters.Count > 0) await SubscribeAsync(link, dialogue, settings.Filters);
            return session;
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }

    /// <summary>The upload of a token (LMQ-TOK-6).</summary>
    public static MqttPublishPacket Upload(string token) => new()
    {
        Topic = UploadToken,
        PacketIdentifier = TokenId,
        QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
        PayloadSegment = TokenUpload.Body(Encoding.ASCII.GetBytes(token), TokenLife.Of(token).Actions),
    };

    /// <summary>A subscription, QoS 1 or 0.</summary>
    public static MqttSubscribePacket Subscribe(IEnumerable<string> filters, bool isFive,
        bool isQos0 = false) =>
        new()
        {
            PacketIdentifier = SubscribeId,
            TopicFilters = [.. filters.Select(filter => new MqttTopicFilter
            {
                Topic = filter,
                QualityOfServiceLevel = isQos0
                    ? MqttQualityOfServiceLevel.AtMostOnce : MqttQualityOfServiceLevel.AtLeastOnce,
                NoLocal = isFive,
                RetainAsPublished = isFive,
            })],
        };

    /// <summary>Whom TLS trusts.</summary>
    public static TlsTrust Trust(string caFile, Func<DateTimeOffset> verificationTime) =>
        new(TlsFiles.Authorities(caFile), null, verificationTime);

    private static async Task SubscribeAsync(MqttLink link, Dialogue dialogue, IReadOnlyList<string> filters)
    {
        link.Send(Subscribe(filters, link.IsFive));
        link.Flush();
        var answer = await dialogue.AnswerAsync<MqttSubAckPacket>(
            static ack => ack.PacketIdentifier == SubscribeId);
        for (var i = 0; i < answer.ReasonCodes.Count && i < filters.Count; i++)
        {
            var code = (int)answer.ReasonCodes[i];
            if (code >= 0x80)
                throw new LinkError(LinkFault.LoginRefused,
                    $"the filter '{filters[i]}' is refused: {Farewell.Text(code, answer.ReasonString)}",
                        code);
        }
    }

    private static MqttConnectPacket Connect(string clientId, LoginSettings login, int keepAlive, bool isFive)
    {
        var packet = new MqttConnectPacket
        {
            ClientId = clientId,
            CleanSession = false,
            KeepAlivePeriod = (ushort)keepAlive,
            SessionExpiryInterval = isFive ? ExpiresNever : 0,
        };
        if (login.Kind is LoginKind.Password or LoginKind.Signature)
        {
            packet.Username = login.User;
            var secret = login.Kind == LoginKind.Password ? login.Secret
                : Signature.Login(login.Secret,
                    clientId[..clientId.IndexOf("@@@", StringComparison.Ordinal)]);
            packet.Password = Encoding.UTF8.GetBytes(secret);
        }
        return packet;
    }
}

/// <summary>What a connection to the central takes beside its settings.</summary>
/// <param name="Token">The token; null: another login.</param>
/// <param name="Installation">Id of this installation.</param>
/// <param name="Trust">Whom TLS trusts.</param>
/// <param name="DownWindow">Messages that may come before one is acknowledged.</param>
internal sealed record CentralPass(string? Token, string Installation, TlsTrust Trust, int DownWindow);
