using LightMq.Broker.Connections;
using LightMq.Broker.Dialects;
using LightMq.Broker.Sessions;
using LightMq.Broker.Settings;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>Whether a client whose login is good may come in: bounds, bridges, owners and wills.</summary>
internal sealed class Admission(
    Turn turn, BrokerOptions options, ConnectionTable connections, SessionTable sessions, Wills wills,
    DialectTable dialects, Noticing noticing)
{
    /// <summary>Why a client is not let in; else <see cref="ConnectCode.Accepted"/>.</summary>
    public (ConnectCode Code, string Cause) FindRefusal(
        Connection connection, in ConnectPacket packet, ReadOnlySpan<byte> id, Will? will)
    {
        var known = sessions.Find(id);
        var bridge = known?.Bridge ?? -1;
        if (bridge >= 0 && packet.CleanStart)
            return (ConnectCode.NotAuthorized,
                "a bridge must connect with clean session off, or its queue would be lost");
        if (bridge >= 0 && options.Bridges[bridge].User is { } user && user != connection.Login!.Name)
            return (ConnectCode.NotAuthorized, "this client id belongs to a bridge with another login");
        if (bridge < 0 && known?.Connection is null && connections.Count >= options.ConnectionsMax
            && connections.ClientCount >= options.ConnectionsMax)
        {
            turn.Counters.ConnectionsTooMany++;
            return (ConnectCode.ServerUnavailable, $"{options.ConnectionsMax} clients are connected already");
        }
        if (known is null && sessions.Count >= options.SessionsMax)
            return (ConnectCode.ServerUnavailable, $"{options.SessionsMax} sessions are kept already");
        if (known is null && sessions.IsNumberedFull(id))
            return (ConnectCode.ServerUnavailable,
                "too many client ids have sent to bridges since the start: let clients keep their ids");
        if (options.Central is { } central && central.IsGateway(id)
            && Installing.FindRefusal(known, packet) is { } refusal)
            return (ConnectCode.NotAuthorized, refusal);
        if (known is not null && known.Owner.Length > 0 && known.Owner != OwnerOf(connection.Login!))
            return (ConnectCode.NotAuthorized,
                "this client id's session belongs to another user: log in as that one, or take another id");
        if (will is null) return (ConnectCode.Accepted, "");
        if (!wills.MayBring(known, will))
            return (ConnectCode.ServerUnavailable, "queues are full, and too many wills are in them already");
        if (dialects.IsTooDeep(will.Topic))
        {
            turn.Counters.TopicsTooDeep++;
            return (ConnectCode.NotAuthorized,
                $"the will's topic has more than {options.TopicLevelsMax} levels");
        }
        var verdict = dialects[connection].Publish(connection.Login!, will.Topic, will.Payload.Length);
        if (verdict.IsGranted && verdict.Kind != TopicKind.Control) return (ConnectCode.Accepted, "");
        turn.Counters.Refuse(verdict.Cause);
        noticing.Invalid(connection, verdict.Fault, verdict.Type);
        return (ConnectCode.NotAuthorized, "the will's topic is not granted to this login (LMQ-AUTH-1)");
    }

    /// <summary>Without rules there is nothing to keep from anybody.</summary>
    public static string OwnerOf(Login login) => login.Rules is null ? "" : login.Name;
}
