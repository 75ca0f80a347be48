using LightMq.Broker;
using LightMq.Broker.Connections;
using LightMq.Broker.Settings;
using LightMq.Lmq;
using LightMq.Net.Linux;
using LightMq.Net.Tls;

namespace LightMq.Net;

/// <summary>One input that another thread has for the engine, or a handshake that ended.</summary>
internal readonly record struct Letter(
    InputKind Kind, long Number = 0, bool Yes = false, byte[]? Bytes = null, Connection? Connection = null,
    Handshake? Handshake = null)
{
    /// <summary>What was found of a token.</summary>
    public TokenVerdict Token { get; init; }

    /// <summary>Ids of revoked tokens, a change of the registry, or what is asked.</summary>
    public object? Subject { get; init; }

    /// <summary>What the engine is told.</summary>
    public Input ToInput() => Kind switch
    {
        InputKind.Stored => Input.Stored(Number),
        InputKind.Loaded => Input.Loaded((int)Number, Bytes),
        InputKind.PasswordChecked => Input.PasswordChecked(Connection!, Yes),
        InputKind.DiskFull => Input.DiskFull(Yes),
        InputKind.StoreRebuilt => Input.StoreRebuilt(),
        InputKind.TokenChecked => Input.TokenChecked(Connection!, Token),
        InputKind.Revoked => Input.Revoked((IReadOnlySet<string>)Subject!),
        InputKind.RegistryChanged => Input.RegistryChanged((RegistryChange)Subject!),
        InputKind.Kept => Input.Kept(Number),
        InputKind.Requested => Input.Requested((CentralRequest)Subject!),
        InputKind.Stop => Input.Stop(),
        _ => throw new InvalidOperationException($"{Kind} is no letter"),
    };
}

/// <summary>
/// How other threads reach the loop: letters, and an eventfd that ends its waiting. Every member may be
/// called from any thread. Each letter answers something that the engine asked for (one group, the loads,
/// password and token checks under way) or a handshake that the loop began, so there are never more than were
/// asked; revocations and changes of the registry are bounded by their senders, and so are requests.
/// </summary>
public sealed unsafe class Mailbox : IDisposable
{
    private readonly Lock _gate = new();
    private Queue<Letter> _letters = new();
    private Queue<Letter> _taken = new();
    private bool _isClosed;

    /// <summary>A group is durable.</summary>
    public void Stored(long number) => Post(new Letter(InputKind.Stored, number));

    /// <summary>The core has everything up to this number.</summary>
    public void Kept(long number) => Post(new Letter(InputKind.Kept, number));

    /// <summary>A central is asked something; the caller bounds how many are under way.</summary>
    public void Requested(CentralRequest request) =>
        Post(new Letter(InputKind.Requested) { Subject = request });

    /// <summary>A slot was read back; empty if it could not be.</summary>
    public void Loaded(int slot, byte[] bytes) => Post(new Letter(InputKind.Loaded, slot, Bytes: bytes));

    /// <summary>A password was compared.</summary>
    public void PasswordChecked(Connection connection, bool matches) =>
        Post(new Letter(InputKind.PasswordChecked, Yes: matches, Connection: connection));

    /// <summary>A token was verified.</summary>
    public void TokenChecked(Connection connection, TokenVerdict verdict) =>
        Post(new Letter(InputKind.TokenChecked, Connection: connection) { Token = verdict });

    /// <summary>All tokens that are revoked; the caller waits before it sends the next list.</summary>
    public void Revoked(IReadOnlySet<string> tokenIds) =>
        Post(new Letter(InputKind.Revoked) { Subject = tokenIds });

    /// <summary>A change of the registry; the caller bounds how many are under way.</summary>
    public void RegistryChanged(RegistryChange change) =>
        Post(new Letter(InputKind.RegistryChanged) { Subject = change });

    /// <summary>The disk became full, or has room again.</summary>
    public void DiskFull(bool full) => Post(new Letter(InputKind.DiskFull, Yes: full));

    /// <summary>The store was rebuilt from what could be read: the engine writes its state anew.</summary>
    public void StoreRebuilt() => Post(new Letter(InputKind.StoreRebuilt));

    /// <summary>The process is to stop.</summary>
    public void Stop() => Post(new Letter(InputKind.Stop));

    /// <summary>Makes the loop turn once, so that its heartbeat shows.</summary>
    public void Nudge()
    {
        lock (_gate)
            if (!_isClosed) Signal();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isClosed) return;
            _isClosed = true;
            _ = Libc.close(Fd);
        }
    }

    /// <summary>The eventfd that the loop waits on.</summary>
    internal int Fd { get; } =
        Poll.Check(Libc.eventfd(0, Libc.CloseOnExec | Libc.NonBlocking), "eventfd");

    /// <summary>A handshake has ended, well or not: its peer is the loop's again.</summary>
    internal void Shaken(Handshake handshake) =>
        Post(new Letter(InputKind.Connected, Handshake: handshake));

    /// <summary>All letters so far; the loop reads them before it asks again.</summary>
    internal Queue<Letter> Take()
    {
        lock (_gate)
        {
            long count;
            _ = Libc.read(Fd, &count, sizeof(long));
            (_letters, _taken) = (_taken, _letters);
        }
        return _taken;
    }

    private void Post(in Letter letter)
    {
        lock (_gate)
        {
            if (_isClosed) return;
            _letters.Enqueue(letter);
            if (_letters.Count == 1) Signal();
        }
    }

    private void Signal()
    {
        long one = 1;
        _ = Libc.write(Fd, &one, sizeof(long));
    }
}
