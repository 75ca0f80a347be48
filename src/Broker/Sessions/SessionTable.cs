using LightMq.Broker.Messages;

namespace LightMq.Broker.Sessions;

/// <summary>All sessions by client id, and all client ids that published under a number.</summary>
internal sealed class SessionTable(BytesComparer names)
{
    private readonly Dictionary<byte[], Session> _sessions = new(names);
    private readonly Dictionary<byte[], Publisher> _numbered = new(names);
    private readonly Dictionary<int, Session> _byNumber = [];
    /// <summary>Client ids whose stream numbers are remembered though they have no session.</summary>
    private const int NumberedMax = 500_000;

    /// <summary>
    /// What the key of a mailbox begins with, before the client id: no client can name it, for it is no
    /// UTF-8.
    /// </summary>
    public const byte MailboxMark = 0xFF;

    private int _lastNumber;

    /// <summary>Sessions of clients.</summary>
    public int Count => _sessions.Count - MailboxCount;
    /// <summary>Mailboxes beside them.</summary>
    public int MailboxCount { get; private set; }
    public IReadOnlyCollection<Session> All => _sessions.Values;

    public Session? Find(ReadOnlySpan<byte> clientId)
    {
        _sessions.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(clientId, out var session);
        return session;
    }

    public Session? Find(int number) => _byNumber.GetValueOrDefault(number);

    /// <summary>Makes a session; an older one of the same id must have been removed.</summary>
    public Session Add(ReadOnlySpan<byte> clientId, bool isClean, int window)
    {
        var session = new Session(PublisherOf(clientId), isClean) { Window = window };
        Add(session);
        if (!isClean) EnsureNumber(session);
        return session;
    }

    /// <summary>Brings a stored session back under its old number.</summary>
    public Session Add(int number, ReadOnlySpan<byte> clientId, bool isClean, int window)
    {
        var session = new Session(PublisherOf(clientId), isClean) { Window = window, Number = number };
        Add(session);
        _byNumber.Add(number, session);
        ReserveNumber(number);
        return session;
    }

    /// <summary>The mailbox of a client id; null: nothing waits for it.</summary>
    public Session? FindMailbox(ReadOnlySpan<byte> clientId)
    {
        if (MailboxCount == 0) return null;
        Span<byte> key = stackalloc byte[clientId.Length + 1];
        key[0] = MailboxMark;
        clientId.CopyTo(key[1..]);
        return Find(key);
    }

    /// <summary>Makes a mailbox; there must be none of the same id.</summary>
    public Session AddMailbox(ReadOnlySpan<byte> clientId, int window) =>
        Add([MailboxMark, .. clientId], isClean: false, window);

    /// <summary>Gives the session its key in the store: it is to be stored.</summary>
    public void EnsureNumber(Session session)
    {
        if (session.Number > 0) return;
        session.Number = checked(++_lastNumber);
        _byNumber.Add(session.Number, session);
    }

    /// <summary>This number is in use somewhere in the store and must not be given out again.</summary>
    public void ReserveNumber(int number) => _lastNumber = Math.Max(_lastNumber, number);

    public void Remove(Session session)
    {
        session.IsGone = true;
        _sessions.Remove(session.ClientId);
        if (session.IsMailbox) MailboxCount--;
        if (session.Number > 0) _byNumber.Remove(session.Number);
        Remember(session.Publisher);
    }

    /// <summary>Whether no new client id can be remembered, and this one is new.</summary>
    public bool IsNumberedFull(ReadOnlySpan<byte> clientId) => _numbered.Count >= NumberedMax
        && !_numbered.GetAlternateLookup<ReadOnlySpan<byte>>().ContainsKey(clientId);

    /// <summary>Keeps a publisher whose numbers must go on, though it has no session.</summary>
    public void Remember(Publisher publisher)
    {
        if (publisher.IsAssigned) return;
        if (publisher.IsNumbered || publisher.OldestHeld is not null)
            _numbered.TryAdd(publisher.ClientId, publisher);
    }

    /// <summary>The one publisher object of a client id.</summary>
    public Publisher PublisherOf(ReadOnlySpan<byte> clientId)
    {
        if (Find(clientId) is { } session) return session.Publisher;
        var numbered = _numbered.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (numbered.TryGetValue(clientId, out var known)) return known;
        return new Publisher(clientId.ToArray());
    }

    private void Add(Session session)
    {
        _sessions.Add(session.ClientId, session);
        if (session.IsMailbox) MailboxCount++;
    }
}
