using System.Text;
using LightMq.Lmq;
using LightMq.Uplink.Bridging;
using LightMq.Uplink.Wire;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace LightMq.Uplink.Sides;

/// <summary>A connection that is made, and what was agreed on.</summary>
/// <param name="Link">The connection.</param>
/// <param name="Terms">What was agreed on.</param>
/// <param name="KeepAlive">Keep-alive, the peer's if it names one.</param>
/// <param name="Early">What came before the login was done.</param>
internal sealed record BrokerSession(
    MqttLink Link, LinkTerms Terms, TimeSpan KeepAlive, List<Incoming> Early);

/// <summary>Questions and answers of a login, one after the other.</summary>
internal sealed class Dialogue(MqttLink link, TimeProvider time)
{
    private const int EarlyMax = 10_000;
    private static readonly TimeSpan AnswerTimeMax = TimeSpan.FromSeconds(20);
    private static readonly string InvalidNotice = Encoding.ASCII.GetString(ControlTopics.TokenInvalidNotice);
    private readonly Queue<Incoming> _read = new();

    /// <summary>Messages that came meanwhile.</summary>
    public List<Incoming> Early { get; } = [];

    /// <summary>Sends CONNECT, and reads what is agreed on.</summary>
    /// <exception cref="LinkError">The peer refuses, or does not answer.</exception>
    public async Task<BrokerSession> ConnectAsync(MqttConnectPacket connect)
    {
        link.Send(connect);
        link.Flush();
        var answer = await AnswerAsync<MqttConnAckPacket>(static _ => true);
        if (link.IsFive ? answer.ReasonCode != MqttConnectReasonCode.Success
            : answer.ReturnCode != MqttConnectReturnCode.ConnectionAccepted)
            throw Refusal(answer);
        var terms = new LinkTerms
        {
            IsFive = link.IsFive,
            ReceiveMax = answer.ReceiveMaximum > 0 ? answer.ReceiveMaximum : 65_535,
            PacketBytesMax = answer.MaximumPacketSize > 0 ? answer.MaximumPacketSize : long.MaxValue,
            HasSession = answer.IsSessionPresent,
            ClusterId = PacketTranslation.Find(
                answer.UserProperties, Encoding.ASCII.GetString(BridgeProperties.Cluster)),
        };
        var seconds = answer.ServerKeepAlive > 0 ? answer.ServerKeepAlive : connect.KeepAlivePeriod;
        return new BrokerSession(link, terms, TimeSpan.FromSeconds(seconds), Early);
    }

    /// <summary>Waits for a packet; messages that come meanwhile are kept.</summary>
    /// <exception cref="LinkError">It does not come.</exception>
    public async Task<T> AnswerAsync<T>(Func<T, bool> isIt)
        where T : MqttPacket
    {
        var until = time.GetTimestamp();
        while (true)
        {
            if (Find(isIt) is { } found) return found;
            var left = AnswerTimeMax - time.GetElapsedTime(until);
            var reading = link.ReadAsync();
            try
            {
                foreach (var incoming in await reading.WaitAsync(left > TimeSpan.Zero ? left
                    : TimeSpan.Zero, time))
                    _read.Enqueue(incoming);
            }
            catch (TimeoutException)
            {
                link.Dispose(); // which ends the reading
                throw new LinkError(LinkFault.Silent,
                    $"no answer within {AnswerTimeMax.TotalSeconds:F0} s of the login");
            }
        }
    }

    /// <summary>
    /// What is waited for, if it was read; messages behind it in the same read are kept too.
    /// </summary>
    private T? Find<T>(Func<T, bool> isIt)
        where T : MqttPacket
    {
        T? found = null;
        for (var left = _read.Count; left > 0; left--)
        {
            var incoming = _read.Dequeue();
            if (found is not null && incoming.Packet is not (MqttPublishPacket or MqttPubRelPacket))
                _read.Enqueue(incoming);
            else if (Take(incoming) is T packet && isIt(packet)) found = packet;
        }
        return found;
    }

    private MqttPacket? Take(in Incoming incoming)
    {
        switch (incoming.Packet)
        {
            case MqttDisconnectPacket goodbye:
                throw Farewell.IsSuperseded(goodbye.ReasonString)
                    ? new LinkError(LinkFault.Superseded, goodbye.ReasonString)
                    : new LinkError(LinkFault.LoginRefused,
                        Farewell.Text((int)goodbye.ReasonCode, goodbye.ReasonString),
                            (int)goodbye.ReasonCode);
            case MqttPublishPacket publish when publish.Topic == InvalidNotice:
                var code = TokenInvalidNotice.TryParse(incoming.Message!.Payload.Span, out var notice)
                    ? (int)notice.Fault : 0;
                throw new LinkError(LinkFault.TokenRefused, Farewell.OfToken(code), code);
            case MqttPublishPacket when Early.Count >= EarlyMax:
                throw new LinkError(LinkFault.Protocol, "messages come before the login is done");
            case MqttPublishPacket or MqttPubRelPacket:
                Early.Add(incoming);
                return null;
            default:
                return incoming.Packet;
        }
    }

    private LinkError Refusal(MqttConnAckPacket answer)
    {
        var code = link.IsFive ? (int)answer.ReasonCode : (int)answer.ReturnCode;
        return Farewell.IsSuperseded(answer.ReasonString)
            ? new LinkError(LinkFault.Superseded, answer.ReasonString, code)
            : new LinkError(LinkFault.LoginRefused, Farewell.Text(code, answer.ReasonString), code);
    }
}
