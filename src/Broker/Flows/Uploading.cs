using LightMq.Broker.Connections;
using LightMq.Lmq;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>
/// The upload of a token (LMQ-TOK-6), as far as its form: the signature is verified off the loop, and <see
/// cref="Vetting"/> takes the answer.
/// </summary>
internal sealed class Uploading(Turn turn)
{
    private const string Malformed =
        "an upload needs QoS 1 and {\"token\":\"…\",\"type\":\"R\", \"W\" or \"RW\"} (LMQ-TOK-6)";

    /// <summary>Whether a topic is the one that tokens are published to.</summary>
    public static bool IsUpload(ReadOnlySpan<byte> topic) => topic.SequenceEqual(ControlTopics.UploadToken);

    /// <summary>Takes an upload; its PUBACK follows once the token was found good.</summary>
    public PublishOutcome Take(Connection connection, in PublishPacket packet)
    {
        if (packet.Qos != 1 || !TokenUpload.TryParse(packet.Payload, out var upload))
        {
            turn.Counters.Refuse(RefusalCause.UploadMalformed);
            turn.Report(BrokerEventKind.Refused, connection.ClientText, connection, Malformed);
            return PublishOutcome.Malformed;
        }
        connection.Upload = new PendingUpload(packet.PacketId, upload.Type);
        turn.Effects.CheckToken(connection, upload.Token.ToArray());
        return PublishOutcome.Taken;
    }
}
