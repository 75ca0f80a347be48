using LightMq.Broker.Messages;
using LightMq.Broker.Routing;
using LightMq.Broker.Sessions;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>
/// Sends retained messages to new holders of filters (MQTT-3.3.1-6, MQTT-3.3.1-8): a bounded piece per input,
/// and only while there is room, so that one SUBSCRIBE can neither stop the loop nor fill the memory.
/// </summary>
internal sealed class Replaying(
    Turn turn, RetainedMessages retained, RetainedSending sending, BackPressure pressure,
    Bridging bridging)
{
    private const int EntriesPerInput = 4_096;

    private readonly List<Replay> _replays = [];
    private int _budget = EntriesPerInput;
    private bool _hasMore;

    private sealed class Replay(Session session, Subscription subscription)
    {
        public Session Session { get; } = session;
        public Subscription Subscription { get; set; } = subscription;
        public uint[]? Identifiers => Subscription.Identifier == 0 ? null : [Subscription.Identifier];
        public int NextKey { get; set; }
    }

    /// <summary>Whether the next piece can be sent at once.</summary>
    public bool HasWork => _hasMore && _replays.Count > 0;

    /// <summary>A filter was granted: its retained messages are due, again if it was held before.</summary>
    public void Begin(Session session, in Subscription subscription)
    {
        var filter = subscription.Filter;
        var replay = _replays.Find(r => r.Session == session
            && r.Subscription.Filter.AsSpan().SequenceEqual(filter));
        if (replay is null) _replays.Add(replay = new Replay(session, subscription));
        replay.Subscription = subscription;
        replay.NextKey = 0;
        if (Run(replay)) _replays.Remove(replay);
    }

    /// <summary>At the end of an input: goes on with what is due.</summary>
    public void Continue()
    {
        _budget = EntriesPerInput;
        if (_replays.Count == 0 || !(_hasMore || turn.RoomFreed)) return;
        _hasMore = false;
        _replays.RemoveAll(Run);
    }

    /// <summary>Sends a piece; true when nothing is left.</summary>
    private bool Run(Replay replay)
    {
        if (replay.Session.IsGone) return true;
        var filter = replay.Subscription.Filter;
        if (filter.AsSpan().IndexOfAny((byte)'+', (byte)'#') < 0)
            return retained.Find(filter)?.Message is not { } exact || TrySend(replay, exact);
        for (; replay.NextKey <= retained.LastKey; replay.NextKey++)
        {
            if (_budget-- <= 0)
            {
                _hasMore = true;
                return false;
            }
            if (retained.At(replay.NextKey) is not { Message: { } message } entry) continue;
            if (Topics.Matches(filter, entry.Topic) && !TrySend(replay, message)) return false;
        }
        return true;
    }

    private bool TrySend(Replay replay, Message message)
    {
        var session = replay.Session;
        if (session.Bridge >= 0
            && !bridging.Takes(session, message.Publisher!, message.Origin, message.Topic)) return true;
        if (message.ExpiresAt > 0 && turn.Age > message.ExpiresAt) return true;
        var qos = Math.Min(message.Qos, replay.Subscription.Qos);
        if (qos == 0)
            return session.Connection is null
                || sending.TrySend(session, message, replay.Identifiers);
        if (!pressure.HasRoom(session, message.Length)) return false;
        sending.Send(session, message, qos, replay.Identifiers, session.Keeps(replay.Subscription.Qos));
        return true;
    }
}
