using LightMq.Broker.Durability;
using LightMq.Broker.Sessions;

namespace LightMq.Broker.Flows;

/// <summary>
/// Publishes wills (MQTT-3.1.2-8). A will cannot wait for room, or a power cut would lose it: it goes beyond
/// the bounds of queues, but only so many do, and then no client may bring another one.
/// </summary>
internal sealed class Wills(Publishing publishing, BackPressure pressure, Journal journal)
{
    /// <summary>Wills that may go beyond the bounds before there must be room again.</summary>
    public const int BeyondMax = 1_000;

    private int _beyond;

    /// <summary>A client is gone without a word: its will is published and taken from its session.</summary>
    public void Publish(Session session)
    {
        if (session.Will is not { } will) return;
        session.Will = null;
        journal.SessionChanged(session);
        if (HasRoom(session, will)) _beyond = 0;
        else _beyond++;
        publishing.PublishWill(session, will);
    }

    /// <summary>Whether a client may bring this will.</summary>
    public bool MayBring(Session? publisher, Will will) => _beyond < BeyondMax || HasRoom(publisher, will);

    private bool HasRoom(Session? publisher, Will will) => will.Qos == 0 || pressure.HasRoom(
        publishing.RecipientsOf(publisher, will.Topic), will.Length, will.Retain, fromBridge: false);
}
