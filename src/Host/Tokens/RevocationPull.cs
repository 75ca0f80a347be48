using System.Net;
using LightMq.Host.Configuration;
using LightMq.Lmq;
using Microsoft.Extensions.Logging;

namespace LightMq.Host.Tokens;

/// <summary>
/// Asks the auth server what was revoked since (LMQ-TOK-5), and lets it wait with its answer until there is
/// something to tell; a server that does not wait is asked each second. Less and less often while it does not
/// answer. What is known counts meanwhile, also over restarts. On one thread of its own.
/// </summary>
internal sealed class RevocationPull : IDisposable
{
    private const int EverySeconds = 1, WaitSeconds = 20, TimeoutSeconds = WaitSeconds + 10;
    private const long PruneEveryMilliseconds = 3_600_000;

    private readonly TokenSettings _settings;
    private readonly RevocationFile _file;
    private readonly Action<IReadOnlySet<string>> _apply;
    private readonly ClockTrust _clock;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly HttpMessageHandler? _handler;
    private readonly RevocationList _list = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread? _thread;
    private long _since;
    private long _prunedAt;
    private bool _isUnsaved;
    private string? _trouble;

    /// <summary>Loads what was kept, and begins to ask where an URL is set.</summary>
    /// <param name="settings">Where to ask.</param>
    /// <param name="file">Where it is kept.</param>
    /// <param name="apply">Takes all revoked ids; never changed afterwards.</param>
    /// <param name="clock">Whether it is right: only then is anything forgotten.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where troubles are told, once each.</param>
    /// <param name="handler">What asks; null: the real one.</param>
    public RevocationPull(TokenSettings settings, RevocationFile file, Action<IReadOnlySet<string>> apply,
        ClockTrust clock, TimeProvider time, ILogger log, HttpMessageHandler? handler = null)
    {
        (_settings, _file, _apply, _clock) = (settings, file, apply, clock);
        (_time, _log, _handler) = (time, log, handler);
        if (file.Load(_list) is { } wrong) Log.RevocationsUnreadable(log, wrong);
        _since = _list.Version;
        Apply();
        if (settings.RevocationUrl.Length == 0) return;
        _thread = new Thread(Work, 512 * 1024) { Name = "revocations", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Ends the asking.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _thread?.Join();
        _stop.Dispose();
    }

    private void Work()
    {
        using var http =
            _handler is null ? new HttpClient() : new HttpClient(_handler, disposeHandler: false);
        http.Timeout = TimeSpan.FromSeconds(TimeoutSeconds);
        http.MaxResponseContentBufferSize = RevocationList.BodyBytesMax;
        var seconds = 0;
        while (!_stop.Token.WaitHandle.WaitOne(TimeSpan.FromSeconds(seconds)))
        {
            var (began, before) = (_time.GetTimestamp(), _list.Version);
            var wrong = Ask(http);
            if (_stop.IsCancellationRequested) return;
            if (wrong is null && _isUnsaved) wrong = Save();
            Tell(wrong);
            var isWaiting = _time.GetElapsedTime(began) >= TimeSpan.FromSeconds(EverySeconds);
            // A server that waited, or had news, is asked again at once.
            if (wrong is null) seconds = isWaiting || _list.Version != before ? 0 : EverySeconds;
            else seconds = Math.Min(Math.Max(seconds, EverySeconds) * 2, _settings.WaitSecondsMax);
        }
    }

    /// <summary>Asks once; null, or why there was no answer.</summary>
    private string? Ask(HttpClient http)
    {
        try
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Get, $"{_settings.RevocationUrl}?since={_since}&wait={WaitSeconds}");
            using var response = http.Send(request, _stop.Token);
            if (response.StatusCode is HttpStatusCode.NotModified or HttpStatusCode.NoContent) return null;
            if (!response.IsSuccessStatusCode) return $"it answers with status {(int)response.StatusCode}";
            using var content = new MemoryStream();
            response.Content.ReadAsStream().CopyTo(content);
            return Take(content.GetBuffer().AsSpan(0, (int)content.Length));
        }
        catch (Exception wrong) when (
            wrong is HttpRequestException or IOException or OperationCanceledException)
        {
            return wrong.Message;
        }
    }

    private string? Take(ReadOnlySpan<byte> body)
    {
        var (version, count) = (_list.Version, _list.Count);
        switch (_list.Merge(body))
        {
            case RevocationMerge.Merged: break;
            case RevocationMerge.Gap:
                _since = 0;
                return null;
            case RevocationMerge.TooLarge: return "its list is larger than is taken";
            default: return "its answer is no list of revocations";
        }
        _since = _list.Version;
        if (_list.Version == version && _list.Count == count) return null;
        // They count before they are kept: the disk may be slow.
        Apply();
        Prune();
        return Save();
    }

    private void Prune()
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        if (!_clock.Look() || now - _prunedAt < PruneEveryMilliseconds) return;
        _prunedAt = now;
        if (_list.Prune(now) > 0) Apply();
    }

    private void Apply() => _apply(_list.Ids.ToHashSet(StringComparer.Ordinal));

    private string? Save()
    {
        var wrong = _file.Save(_list);
        _isUnsaved = wrong is not null;
        return wrong;
    }

    private void Tell(string? wrong)
    {
        if (wrong == _trouble) return;
        if (wrong is null) Log.RevocationsAgain(_log);
        else if (_trouble is null) Log.RevocationsUnreachable(_log, _settings.RevocationUrl, wrong);
        _trouble = wrong;
    }
}
