using LightMq.Broker.Routing;
using LightMq.Broker.Sessions;

namespace LightMq.Broker.Flows;

/// <summary>Publishes wills; one that finds no room waits for it like any publish (MQTT-3.1.2-8).</summary>
internal sealed class Wills(Turn turn, SubscriptionTree tree, Publishing publishing, BackPressure pressure)
{
    /// <summary>Wills that may wait; while there are so many, no client may bring another one.</summary>
    public const int WaitingMax = 1_000;

    private readonly Queue<(Session Session, Will Will)> _waiting = [];

    /// <summary>Whether too many wait already.</summary>
    public bool IsFull => _waiting.Count >= WaitingMax;

    /// <summary>A client is gone without a word.</summary>
    public void Publish(Session session, Will will)
    {
        if (_waiting.Count == 0 && HasRoom(session, will)) publishing.PublishWill(session, will);
        else _waiting.Enqueue((session, will));
    }

    /// <summary>At the end of an input: publishes those that have room now.</summary>
    public void Continue()
    {
        while (turn.RoomFreed && _waiting.TryPeek(out var next) && HasRoom(next.Session, next.Will))
        {
            _waiting.Dequeue();
            publishing.PublishWill(next.Session, next.Will);
        }
    }

    private bool HasRoom(Session session, Will will) => will.Qos == 0 || pressure.HasRoom(
        tree.Find(will.Topic), will.Topic.Length + will.Payload.Length, will.Retain, session.Bridge >= 0);
}
