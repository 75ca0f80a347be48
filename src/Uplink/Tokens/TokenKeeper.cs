using System.Text;
using LightMq.Service;
using LightMq.Uplink.State;
using Microsoft.Extensions.Logging;

namespace LightMq.Uplink.Tokens;

/// <summary>
/// Keeps a token that lives: on the disk, so that a restart needs no server; renewed at two thirds of its
/// life; fetched anew when the central complains. A source that cannot be reached never takes the present
/// one away. For any thread.
/// </summary>
/// <param name="source">Where tokens come from.</param>
/// <param name="path">Where the present one is kept.</param>
/// <param name="clock">The time as far as it is known.</param>
/// <param name="time">Measures waits.</param>
/// <param name="backoff">How long to wait after a failure.</param>
/// <param name="random">Spreads renewals.</param>
/// <param name="log">Log.</param>
internal sealed class TokenKeeper(
    ITokenSource source, string path, KnownTime clock, TimeProvider time, Backoff backoff, Random random,
    ILogger log)
{
    private const double RenewedAt = 2.0 / 3, Jitter = 0.1;
    private static readonly TimeSpan LifeUnknown = TimeSpan.FromHours(1);
    private static readonly TimeSpan WaitMax = TimeSpan.FromDays(1);
    private static readonly TimeSpan RejectedFor = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan WaitMin = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _wake = new(0);
    private string? _current = Read(path);
    private DateTimeOffset _gotAt;
    private bool _isWanted;
    private string? _rejected;
    private long _rejectedAt;

    /// <summary>The token; null: there is none. While the clock is not believed no token is old.</summary>
    public string? Current
    {
        get
        {
            lock (_gate)
            {
                if (_current is null) return null;
                var life = TokenLife.Of(_current);
                var now = time.GetUtcNow();
                // Before it was made: the clock is wrong, whatever the kernel says.
                if (!clock.IsTrusted || now < life.IssuedAt) return _current;
                return life.ExpiresAt is { } end && end <= now ? null : _current;
            }
        }
    }

    /// <summary>How often a fetch has ended, well or not.</summary>
    public int Fetches { get; private set; }

    /// <summary>The central will not take this token again.</summary>
    public void Reject(string token)
    {
        lock (_gate)
        {
            if (_current != token) return;
            (_current, _rejected, _rejectedAt) = (null, token, time.GetTimestamp());
            File.Delete(path);
        }
        Want();
    }

    /// <summary>Another token is wanted; the present one serves meanwhile.</summary>
    public void Want()
    {
        lock (_gate) _isWanted = true;
        if (_wake.CurrentCount == 0) _wake.Release();
    }

    /// <summary>Runs until it is stopped.</summary>
    /// <param name="obtained">Gets each new token.</param>
    /// <param name="stop">Ends it.</param>
    public async Task RunAsync(Action<string> obtained, CancellationToken stop)
    {
        var retry = TimeSpan.Zero;
        while (true)
        {
            var wait = retry > TimeSpan.Zero ? retry : UntilRenewal();
            // A complaint shortens the wait for renewal, not that after a failure.
            if (wait > TimeSpan.Zero) await WaitAsync(wait, canWake: retry == TimeSpan.Zero, stop);
            retry = await FetchAsync(obtained, stop) ? TimeSpan.Zero : backoff.Next() + WaitMin;
        }
    }

    private async Task WaitAsync(TimeSpan wait, bool canWake, CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var delay = Task.Delay(wait, time, ended.Token);
        if (canWake) await await Task.WhenAny(delay, _wake.WaitAsync(ended.Token));
        else await delay;
        await ended.CancelAsync();
    }

    private async Task<bool> FetchAsync(Action<string> obtained, CancellationToken stop)
    {
        string token;
        try
        {
            token = await source.FetchAsync(stop);
            // Tried again after a while, for the central may have been at fault.
            if (token == _rejected && time.GetElapsedTime(_rejectedAt) < RejectedFor)
                throw new TokenSourceError("it gives the token that the central has refused");
        }
        catch (TokenSourceError wrong)
        {
            Fetches++;
            if (Current is null) Log.NoToken(log, source.Name, wrong.Message);
            else Log.TokenNotRenewed(log, source.Name, wrong.Message);
            return false;
        }
        backoff.Reset();
        lock (_gate)
        {
            (_isWanted, _gotAt) = (false, time.GetUtcNow());
            Fetches++;
            if (token == _current) return true;
            _current = token;
            PrivateFile.Write(path, Encoding.ASCII.GetBytes(token));
        }
        Log.TokenObtained(log, source.Name, TokenLife.Of(token).ExpiresAt);
        obtained(token);
        return true;
    }

    private TimeSpan UntilRenewal()
    {
        lock (_gate)
        {
            if (source.LookEvery is { } often) return _gotAt == default ? TimeSpan.Zero : often;
            if (_current is null || (_isWanted && _gotAt == default)) return TimeSpan.Zero;
            var life = TokenLife.Of(_current);
            var begin = _gotAt != default ? _gotAt : life.IssuedAt ?? clock.Best;
            var span = (life.ExpiresAt - (life.IssuedAt ?? begin)) ?? LifeUnknown;
            if (_isWanted) return WaitMin;
            var due = begin + span * (RenewedAt + Jitter * (random.NextDouble() - 0.5)) - clock.Best;
            return due < WaitMin ? WaitMin : due > WaitMax ? WaitMax : due;
        }
    }

    private static string? Read(string path) =>
        PrivateFile.ReadText(path) is { } token && TokenForm.IsRight(token) ? token : null;
}
