using System.Security.Cryptography;
using LightMq.Broker.Connections;
using LightMq.Host.Passwords;
using LightMq.Lmq;

namespace LightMq.Host.Tokens;

/// <summary>
/// Verifies tokens on one thread of its own, so that a flood of uploads slows other uploads only. The queue
/// takes addresses in turn; what is beyond its bounds is answered at once as not checked. Tokens found good
/// are remembered by their hash, so that a site whose devices all reconnect is back within a moment.
/// </summary>
/// <param name="keys">Public keys; this object's from now on.</param>
/// <param name="answer">Takes what was found, on this thread or the caller's.</param>
public sealed class TokenChecker(TokenKeys keys, Action<Connection, TokenVerdict> answer) : IDisposable
{
    private const int RememberedMax = 4_096;

    private readonly PasswordQueue<Check> _checks = new();
    private readonly Dictionary<string, TokenVerdict> _remembered = [];
    private TokenKeys _keys = keys;
    private TokenKeys? _next;
    private Thread? _thread;

    /// <summary>Queues a token; called by the loop alone.</summary>
    public void Submit(Connection connection, byte[] token)
    {
        _thread ??= Start();
        if (!_checks.TryAdd(connection.RemoteAddress, new Check(connection, token)))
            answer(connection, default);
    }

    /// <summary>Believes these keys from the next token on, and no others.</summary>
    public void Replace(TokenKeys keys) => Interlocked.Exchange(ref _next, keys)?.Dispose();

    /// <summary>Ends the thread after the check under way; nobody waits for the others any more.</summary>
    public void Dispose()
    {
        _checks.Close();
        _thread?.Join();
        _keys.Dispose();
        _next?.Dispose();
    }

    /// <summary>Verifies a token, or remembers that it did; one thread at a time.</summary>
    public TokenVerdict Verify(ReadOnlySpan<byte> token)
    {
        if (Interlocked.Exchange(ref _next, null) is { } next)
        {
            _keys.Dispose();
            _keys = next;
            _remembered.Clear();
        }
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(token, hash);
        var fingerprint = Convert.ToHexString(hash);
        if (_remembered.TryGetValue(fingerprint, out var known)) return known;
        var verdict = TokenVerifier.Verify(token, _keys);
        if (!verdict.IsGood) return verdict;
        if (_remembered.Count >= RememberedMax) _remembered.Clear();
        return _remembered[fingerprint] = verdict;
    }

    private Thread Start()
    {
        var thread = new Thread(Work, 256 * 1024) { Name = "tokens", IsBackground = true };
        thread.Start();
        return thread;
    }

    private void Work()
    {
        while (_checks.Take(out var check))
            answer(check.Connection, check.Connection.IsClosed ? default : Verify(check.Token));
    }

    private readonly record struct Check(Connection Connection, byte[] Token);
}
