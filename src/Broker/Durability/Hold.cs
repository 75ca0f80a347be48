using LightMq.Broker.Messages;
using LightMq.Broker.Settings;

namespace LightMq.Broker.Durability;

/// <summary>
/// Messages whose PUBACK waits a moment for their subscribers, so that what gets through never touches the
/// flash (design page, "Sparing the flash"). Committing a message commits every older held one of its
/// publisher.
/// </summary>
internal sealed class Hold(Turn turn, BrokerOptions options, Journal journal, MessagePool messages)
{
    private readonly Queue<Message> _byTime = [];

    /// <summary>When the oldest held message must be committed.</summary>
    public long Deadline => _byTime.Count == 0 ? long.MaxValue : _byTime.Peek().HoldUntil;

    public bool IsOff => options.AckHoldMilliseconds == 0;

    /// <summary>Decides whether the message is safe, held for its subscribers or stored at once.</summary>
    public void Keep(Message message, byte qos)
    {
        if (message.Unacknowledged == 0 && !message.MustBeStored)
        {
            message.IsSafe = true;
            return;
        }
        // Without a hold the disk always comes first, however fast the subscribers are.
        message.MustBeStored |= IsOff;
        if (IsOff || qos == 2 || !AllKeepUp(message)) Commit(message);
        else Add(message);
    }

    /// <summary>Holds a message until it is safe or its time has come.</summary>
    private void Add(Message message)
    {
        message.Keeping = Keeping.Held;
        message.HoldUntil = turn.Now.Milliseconds + options.AckHoldMilliseconds;
        message.References += 2;
        _byTime.Enqueue(message);
        var publisher = message.Publisher!;
        if (publisher.NewestHeld is { } newest) newest.NextOfPublisher = message;
        else publisher.OldestHeld = message;
        publisher.NewestHeld = message;
    }

    /// <summary>Hands a message to the journal, after every older held one of its publisher.</summary>
    public void Commit(Message message)
    {
        if (message.Keeping >= Keeping.Journaled) return;
        if (message.Publisher is { } publisher)
            while (publisher.OldestHeld is { } oldest)
            {
                Unlink(publisher, oldest);
                if (!oldest.IsSafe && oldest.Keeping == Keeping.Held) Journal(oldest);
                messages.Release(oldest);
                if (oldest != message) continue;
                LetGoOfSafe(publisher);
                return;
            }
        if (message.Keeping < Keeping.Journaled) Journal(message);
    }

    /// <summary>Commits what has waited long enough.</summary>
    public void CommitDue()
    {
        Forget();
        while (_byTime.Count > 0 && _byTime.Peek().HoldUntil <= turn.Now.Milliseconds)
        {
            var message = _byTime.Dequeue();
            if (message.Keeping == Keeping.Held && !message.IsSafe) Commit(message);
            messages.Release(message);
        }
    }

    /// <summary>Commits everything: the broker stops.</summary>
    public void CommitAll()
    {
        while (_byTime.Count > 0)
        {
            var message = _byTime.Dequeue();
            if (message.Keeping == Keeping.Held && !message.IsSafe) Commit(message);
            messages.Release(message);
        }
    }

    /// <summary>A held message became safe by itself.</summary>
    public void Spared(Message message)
    {
        turn.Counters.Spared++;
        LetGoOfSafe(message.Publisher!);
        Forget();
    }

    /// <summary>
    /// Whether holding may spare the disk. One that has acknowledged nothing for as long as a hold lasts
    /// would only make publishers wait: its link upward is gone, say.
    /// </summary>
    private bool AllKeepUp(Message message)
    {
        var since = turn.Now.Milliseconds - options.AckHoldMilliseconds;
        foreach (var target in message.Targets)
            if (!target.Session.IsKeepingUp || target.Session.LastProgress < since) return false;
        return true;
    }

    private void LetGoOfSafe(Publisher publisher)
    {
        while (publisher.OldestHeld is { } oldest && (oldest.IsSafe || oldest.Keeping != Keeping.Held))
        {
            Unlink(publisher, oldest);
            messages.Release(oldest);
        }
    }

    /// <summary>Drops from the front what needs no commit any more.</summary>
    private void Forget()
    {
        while (_byTime.TryPeek(out var oldest) && (oldest.IsSafe || oldest.Keeping != Keeping.Held))
            messages.Release(_byTime.Dequeue());
    }

    private void Journal(Message message)
    {
        message.References++;
        journal.Add(message);
    }

    private static void Unlink(Publisher publisher, Message oldest)
    {
        publisher.OldestHeld = oldest.NextOfPublisher;
        if (publisher.OldestHeld is null) publisher.NewestHeld = null;
        oldest.NextOfPublisher = null;
    }
}
