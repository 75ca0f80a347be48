using LightMq.Broker.Sessions;
using LightMq.Lmq;

namespace LightMq.Broker.Flows;

/// <summary>
/// Draws messages from what waits for a client, so that they are sent behind what arrives (LMQ-OFF-1). What
/// lies in its mailbox waits with the rest (LMQ-MSG-5).
/// </summary>
internal sealed class Drawing(Delivering delivering, Paging paging)
{
    /// <summary>Whether anything can be drawn.</summary>
    public static bool HasOpen(Session session) => Choose(session, PullOrder.OldestFirst).From is not null;

    /// <summary>Messages that were drawn and wait for window, outbox or disk.</summary>
    public static int DrawnCount(Session session) => CountOf(session) + CountOf(session.Companion);

    /// <summary>Draws the next messages and sends what can be sent.</summary>
    public void Draw(Session session, PullOrder order, int count)
    {
        for (; count > 0 && Choose(session, order) is ({ } from, var sequence); count--)
            from.Queue.Backlog!.Draw(sequence);
        Send(session, order);
        if (session.Companion is { } mailbox) Send(mailbox, order);
    }

    private void Send(Session session, PullOrder order)
    {
        delivering.Pump(session);
        paging.LookAhead(session, order);
    }

    /// <summary>Takes back what was drawn and not sent, but for what is sent again.</summary>
    public static void Undraw(Session session)
    {
        if (session.HasQueue) session.Queue.Backlog?.Undraw();
        if (session.Companion is { HasQueue: true } mailbox) mailbox.Queue.Backlog?.Undraw();
    }

    /// <summary>The next message of both queues by the time of their acceptance.</summary>
    private static (Session? From, long Sequence) Choose(Session session, PullOrder order)
    {
        var own = NextOf(session, order);
        if (session.Companion is not { } mailbox || NextOf(mailbox, order) is not (not 0 and var other))
            return (own == 0 ? null : session, own);
        if (own == 0) return (mailbox, other);
        var (mine, its) = (session.Queue.At(own).AcceptedAt, mailbox.Queue.At(other).AcceptedAt);
        var isOwn = order == PullOrder.OldestFirst ? mine <= its : mine >= its;
        return isOwn ? (session, own) : (mailbox, other);
    }

    private static long NextOf(Session session, PullOrder order) =>
        session.HasQueue && session.Queue.Backlog is { } backlog ? backlog.NextOpen(order) : 0;

    private static int CountOf(Session? session) =>
        session is { HasQueue: true, Queue.Backlog: { } backlog } && backlog.NextDrawn() != 0
            ? backlog.Drawn.Count : 0;
}
