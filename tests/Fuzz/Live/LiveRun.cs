using System.Diagnostics;

namespace LightMq.Fuzz.Live;

/// <summary>
/// Attackers at every door of a real broker, beside a client that keeps the rules, for some time; then the
/// way down and up again.
/// </summary>
internal sealed class LiveRun
{
    private const int Attackers = 6;
    private const int QuietSecondsMax = 20;
    private const int KnockSeconds = 10;
    private const int KnockMillisecondsMax = 10_000;
    // Of the twenty messages a second, what must get through on the busiest machine.
    private const int MessagesPerSecondMin = 2;

    private readonly List<string> _wrong = [];
    private readonly List<Vitals> _looks = [];
    private readonly AttackTally _tally = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly FuzzedBroker _broker;
    private readonly int _seconds;
    private readonly int _seed;

    private LiveRun(FuzzedBroker broker, int seconds, int seed) =>
        (_broker, _seconds, _seed) = (broker, seconds, seed);

    /// <summary>Runs for so long.</summary>
    /// <param name="seconds">Time of the attack.</param>
    /// <param name="seed">Of what the attackers send; the broker's own timing has none.</param>
    /// <param name="output">Where figures go.</param>
    /// <returns>What was wrong; nothing where all is well.</returns>
    public static IReadOnlyList<string> Run(int seconds, int seed, Action<string> output)
    {
        using var broker = new FuzzedBroker();
        var run = new LiveRun(broker, seconds, seed);
        run.Attack(output);
        if (run._looks[^1].IsAlive) run.GoDownAndUp();
        run._wrong.AddRange(LiveChecks.Log(broker.Process.Log));
        return run._wrong;
    }

    private void Attack(Action<string> output)
    {
        Knock();
        using var stop = new CancellationTokenSource();
        var control = new ControlClient(_broker.ControlDoor.Port);
        var controlThread = Started(() => control.Run(stop.Token), "control");
        var start = Look();
        using var stopAttack = new CancellationTokenSource();
        var hello = TlsHello.Record();
        var attackers = Enumerable.Range(0, Attackers)
            .Select(at => new Attacker(_broker.Doors, _seed + at, hello, _tally)).ToList();
        var threads = attackers.Select(one => Started(() => one.Run(stopAttack.Token), "attacker")).ToList();
        Watch(control, output);
        stopAttack.Cancel();
        threads.ForEach(static thread => thread.Join());
        attackers.ForEach(static attacker => attacker.Dispose());
        Knock();
        var end = Quiet(start);
        stop.Cancel();
        controlThread.Join();
        _wrong.AddRange(LiveChecks.During(_looks));
        _wrong.AddRange(LiveChecks.After(start, end));
        _wrong.AddRange(LiveChecks.Control(
            control.Latencies, control.Trouble, _seconds * MessagesPerSecondMin));
        // Streams that nobody answers, or that all are refused, prove nothing.
        if (_tally.Accepted * 20 < _tally.Streams)
            _wrong.Add($"only {_tally.Accepted} of {_tally.Streams} streams got as far as CONNACK");
        output(Figures(control, start, end));
    }

    /// <summary>Looks once a second, until the time is over or all is lost.</summary>
    private void Watch(ControlClient control, Action<string> output)
    {
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var end = _clock.Elapsed.TotalSeconds + _seconds;
        for (var turn = 1; _clock.Elapsed.TotalSeconds < end; turn++)
        {
            second.WaitForNextTickAsync().AsTask().Wait();
            if (!Look().IsAlive || control.Trouble is not null) return;
            if (turn % KnockSeconds == 0) Knock();
            if (turn % 60 == 0) output(Figures(control, _looks[0], _looks[^1]));
        }
    }

    private void Knock()
    {
        foreach (var door in _broker.Doors)
        {
            var before = _clock.ElapsedMilliseconds;
            if (door.Knock(KnockMillisecondsMax) is { } refused)
                _wrong.Add($"at {before} ms, {_clock.ElapsedMilliseconds - before} ms later: {refused}");
        }
    }

    private Vitals Look()
    {
        _looks.Add(Vitals.Of(_broker.Process.Id, _clock.Elapsed.TotalSeconds));
        return _looks[^1];
    }

    /// <summary>Waits until what the attackers left is closed, or has had its time.</summary>
    private Vitals Quiet(Vitals start)
    {
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        for (var turn = 0; turn < QuietSecondsMax && LiveChecks.After(start, Look()).Any(); turn++)
            second.WaitForNextTickAsync().AsTask().Wait();
        return Look();
    }

    /// <summary>It stops as asked, and what it left is a store that opens.</summary>
    private void GoDownAndUp()
    {
        Stop();
        _wrong.AddRange(LiveChecks.Log(_broker.Process.Log));
        _broker.StartAgain();
        Knock();
        Stop();
    }

    private void Stop()
    {
        var status = _broker.Process.Terminate();
        if (status != 0) _wrong.Add($"it stopped with status {status}");
    }

    private string Figures(ControlClient control, Vitals start, Vitals now)
    {
        var latencies = control.Latencies.ToArray();
        if (latencies.Length == 0) latencies = [0];
        var (p50, p99) = (LiveChecks.Percentile(latencies, 0.5), LiveChecks.Percentile(latencies, 0.99));
        var max = latencies.Max();
        return $"{now.Seconds:F0} s: {_tally.Streams} streams, {_tally.Answered} answered, "
            + $"{_tally.Accepted} accepted, {_tally.Refused} broken off; "
            + $"control {latencies.Length} messages, p50 {p50:F1} p99 {p99:F1} max {max:F1} ms; "
            + Range("descriptors", start, now, static look => look.Descriptors) + ", "
            + Range("threads", start, now, static look => look.Threads) + ", "
            + Range("resident KiB", start, now, static look => look.ResidentKilobytes);
    }

    private string Range(string name, Vitals start, Vitals now, Func<Vitals, int> of) =>
        $"{name} {of(start)} -> {of(now)} (most {_looks.Max(of)})";

    private static Thread Started(Action work, string name)
    {
        var thread = new Thread(() => work()) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }
}
