using LightMq.Broker.Streams;
using LightMq.Service;
using Microsoft.Extensions.Logging;

namespace LightMq.Central.Core;

/// <summary>
/// The one thread that writes the core. It takes all that waits, writes and syncs it at once, and only then
/// says so. A disk that refuses is tried again, less and less often, and nothing is acknowledged meanwhile.
/// </summary>
public sealed class CoreThread : IDisposable
{
    private const int RetryMillisecondsMin = 50, HeartbeatMilliseconds = 1_000;
    private const int TrimMilliseconds = 60_000, HangMilliseconds = 5_000;

    private readonly CoreLog _log;
    private readonly Action<long> _kept;
    private readonly TimeProvider _time;
    private readonly ILogger _lines;
    private readonly LineLimit _failures;
    private readonly int _retryMillisecondsMax;
    private readonly object _gate = new();
    private readonly CommitSignal _signal = new();
    private readonly Thread _thread;
    private CoreQueue _filling = new();
    private CoreQueue _writing = new();
    private long _progress;
    private long _trimmedAt;
    private bool _isStopping;

    /// <summary>Begins to write.</summary>
    /// <param name="log">The core; this object's from now on, but for reading.</param>
    /// <param name="kept">Told the number up to which everything is durable, on this thread.</param>
    /// <param name="time">The clock.</param>
    /// <param name="lines">Where the disk's troubles are told.</param>
    /// <param name="retryMillisecondsMax">Longest wait between attempts while the disk refuses.</param>
    public CoreThread(
        CoreLog log, Action<long> kept, TimeProvider time, ILogger lines, int retryMillisecondsMax)
    {
        (_log, _kept, _time, _lines) = (log, kept, time, lines);
        _retryMillisecondsMax = retryMillisecondsMax;
        _failures = new LineLimit(time);
        _progress = _trimmedAt = time.GetTimestamp();
        _thread = new Thread(Run) { Name = "core", IsBackground = true };
        _thread.Start();
    }

    /// <summary>When it moved last, as a timestamp of the clock: for the watchdog.</summary>
    public long LastProgress => Volatile.Read(ref _progress);

    /// <summary>Told after each commit.</summary>
    public CommitSignal Committed => _signal;

    /// <summary>Takes an entry of the engine's; its bytes are copied. Called by the loop alone.</summary>
    public void Keep(in CoreEntry entry, long number)
    {
        lock (_gate)
        {
            _filling.Add(entry);
            _filling.Number = number;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>
    /// Writes what is there, as far as the disk takes it at once, and closes the core. A disk that hangs is
    /// left alone.
    /// </summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isStopping = true;
            Monitor.Pulse(_gate);
        }
        while (!_thread.Join(HeartbeatMilliseconds))
            if (_time.GetElapsedTime(LastProgress).TotalMilliseconds > HangMilliseconds) return;
    }

    private void Run()
    {
        while (Take())
        {
            if (!_writing.IsEmpty && !Write()) break;
            Trim();
        }
        _log.Dispose();
    }

    // False: there is nothing more to do.
    private bool Take()
    {
        lock (_gate)
        {
            Progress();
            if (_filling.IsEmpty && !_isStopping) Monitor.Wait(_gate, HeartbeatMilliseconds);
            Progress();
            (_filling, _writing) = (_writing, _filling);
            return !_isStopping || !_writing.IsEmpty;
        }
    }

    // False: the host stops and the disk still refuses.
    private bool Write()
    {
        _writing.AddTo(_log);
        var wait = RetryMillisecondsMin;
        var hasFailed = false;
        while (true)
        {
            try
            {
                _log.Commit();
                break;
            }
            catch (IOException refused)
            {
                hasFailed = true;
                if (_failures.IsDue(out var held)) Log.CoreFailed(_lines, refused.Message, held);
            }
            if (!Pause(wait)) return false;
            wait = Math.Min(wait * 2, _retryMillisecondsMax);
        }
        if (hasFailed)
        {
            _failures.Reset();
            Log.CoreRecovered(_lines);
        }
        _kept(_writing.Number);
        _writing.Clear();
        _signal.Pulse();
        return true;
    }

    private void Trim()
    {
        if (_time.GetElapsedTime(_trimmedAt).TotalMilliseconds < TrimMilliseconds) return;
        _trimmedAt = _time.GetTimestamp();
        try
        {
            var removed = _log.Trim(_time.GetUtcNow().ToUnixTimeMilliseconds());
            if (removed > 0) Log.CoreTrimmed(_lines, removed);
        }
        catch (IOException refused)
        {
            if (_failures.IsDue(out var held)) Log.CoreFailed(_lines, refused.Message, held);
        }
    }

    // False: stop. Waiting is progress: the watchdog must not end a central whose disk is full.
    private bool Pause(int milliseconds)
    {
        lock (_gate)
        {
            var until = _time.GetTimestamp();
            while (!_isStopping)
            {
                Progress();
                var left = milliseconds - (int)_time.GetElapsedTime(until).TotalMilliseconds;
                if (left <= 0) return true;
                Monitor.Wait(_gate, Math.Min(left, HeartbeatMilliseconds));
            }
            return false;
        }
    }

    private void Progress() => Volatile.Write(ref _progress, _time.GetTimestamp());
}
