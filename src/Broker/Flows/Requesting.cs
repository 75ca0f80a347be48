using LightMq.Broker.Durability;
using LightMq.Broker.Messages;
using LightMq.Broker.Routing;
using LightMq.Broker.Sessions;
using LightMq.Broker.Settings;
using LightMq.Broker.Streams;
using LightMq.Lmq;

namespace LightMq.Broker.Flows;

/// <summary>
/// What is asked of a central broker from the side of its core: messages of business services
/// (LMQ-CORE-3) and an operator's word on gateways.
/// </summary>
internal sealed class Requesting(
    Turn turn, CentralOptions options, SessionTable sessions, Journal journal, Publishing publishing,
    PeerToPeer peers, BackPressure pressure, Depositing depositing)
{
    private readonly Publisher _services = new([]);
    private readonly Queue<(long Number, CentralRequest Request)> _waiting = [];
    private readonly HashSet<CentralRequest> _unstored = [];
    private readonly List<Receiver> _nobody = [];

    /// <summary>Takes a request.</summary>
    public void Take(CentralRequest request)
    {
        if (request.IsList) List(request);
        else if (request.Gateway.Length > 0) Allow(request);
        else Publish(request);
    }

    /// <summary>What it changed in the store is durable.</summary>
    public void Stored(CentralRequest request)
    {
        if (!_unstored.Remove(request)) turn.Effects.Answered(request, "");
    }

    /// <summary>The core has everything up to this number.</summary>
    public void Kept(long number)
    {
        while (_waiting.TryPeek(out var waiting) && waiting.Number <= number)
        {
            _waiting.Dequeue();
            // The one of both that comes last answers.
            if (!_unstored.Remove(waiting.Request)) turn.Effects.Answered(waiting.Request, "");
        }
    }

    private void List(CentralRequest request)
    {
        request.Gateways =
        [
            .. from session in sessions.All
               where options.IsGateway(session.ClientId)
               select new KnownGateway(session.ClientText, session.Connection is not null,
                   session.Installation, session.HasSuperseded ? [.. session.Superseded] : []),
        ];
        turn.Effects.Answered(request, "");
    }

    private void Allow(CentralRequest request)
    {
        var session = sessions.Find(request.Gateway);
        if (session?.Superseded.Remove(request.Installation) != true)
        {
            turn.Effects.Answered(request, "this gateway has no such superseded installation");
            return;
        }
        journal.SessionChanged(session);
        journal.Confirm(new Confirmation(ConfirmationKind.Request, session, null, Request: request));
    }

    private void Publish(CentralRequest request)
    {
        var isPeer = TopicNames.TryPeer(request.Topic, out _, out _);
        var recipients = !request.IsForClients ? _nobody
            : isPeer ? peers.RecipientsOf(null, request.Topic, request.Qos, request.CleanSession)
            : publishing.RecipientsOf(null, request.Topic);
        var bytes = request.Topic.Length + request.Payload.Length;
        if (recipients is null || !depositing.HasRoom
            || (request.Qos > 0 && !pressure.HasRoom(recipients, bytes, false, fromBridge: false)))
        {
            turn.Effects.Answered(request, "queues are full: try again later");
            return;
        }
        var origin = new Origin(
            0, turn.Now.UnixMilliseconds, turn.Now.Trusted, request.CleanSession, FromBridge: false);
        var publication = new Publication(
            _services, origin, request.Topic, default, request.Payload, request.Qos, retain: false,
            expiresAt: 0);
        if (publishing.PublishRequest(publication, recipients))
        {
            _unstored.Add(request);
            journal.Confirm(new Confirmation(ConfirmationKind.Request, null, null, Request: request));
        }
        var number = depositing.Put(new CoreEntry
        {
            Qos = request.Qos,
            CleanSession = request.CleanSession,
            TakenAt = turn.Now.UnixMilliseconds,
            Key = request.Key,
            Tag = request.Tag,
            Topic = request.Topic,
            Payload = request.Payload,
        }, null);
        _waiting.Enqueue((number, request));
    }
}
