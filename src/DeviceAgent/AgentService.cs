using LightMq.DeviceAgent.Link;
using LightMq.DeviceAgent.Settings;
using LightMq.DeviceAgent.State;
using LightMq.Service;
using LightMq.Service.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LightMq.DeviceAgent;

/// <summary>Start, stop, change of settings, and the link; what an agent does is in <see cref="Agent"/>.
/// </summary>
internal sealed class AgentService : IHostedService, IDisposable
{
    private const int CommandsWaitingMax = 256;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SafeTimeMax = TimeSpan.FromSeconds(5),
        SendTimeMax = TimeSpan.FromSeconds(2);
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _log;
    private readonly Loop _loop;
    private readonly Outbox _outbox;
    private readonly Agent _agent;
    private readonly StatusBoard _board;
    private readonly SettingsWatch<AgentSettings> _watch;
    private AgentSettings _settings;
    private BrokerLink? _link;
    private CancellationTokenSource? _linkStop;
    private Task _linkRun = Task.CompletedTask;
    private Thread? _thread;
    private bool _isStopping;
    private int _commandsWaiting;

    /// <summary>Makes the parts; nothing runs yet.</summary>
    public AgentService(
        AgentSettings settings, Hardware hardware, long start, SettingsWatch<AgentSettings> watch,
        NotifySocket? systemd, TimeProvider time, Random random, ILogger log)
    {
        (_settings, _watch, _time, _random, _log) = (settings, watch, time, random, log);
        _loop = new Loop(time);
        _outbox = new Outbox(settings.Queue);
        _agent = new Agent(settings, hardware, start, _outbox, _loop, time, random, log);
        _board = new StatusBoard(settings.State.StatusFile, systemd, time, log);
        Watched = [new TurningPart("loop", () => _loop.Turns, () => _loop.Post(static () => { }), time)];
    }

    /// <summary>What the watchdog looks at: the loop. A bus that hangs is told, and ends nothing.</summary>
    public IReadOnlyList<IWatchedPart> Watched { get; }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop.Post(() =>
        {
            MakeThreads();
            _agent.Start();
            StartLink();
            Tick();
        });
        // A mistake of ours ends the process: a thread's exception does, a task's would not.
        _thread = new Thread(_loop.Run) { Name = "loop" };
        _thread.Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var safe = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _loop.Post(() =>
        {
            _isStopping = true;
            _agent.Stop(() => safe.TrySetResult());
        });
        // A bus that hangs cannot be waited for.
        await Task.WhenAny(safe.Task, Task.Delay(SafeTimeMax, _time, CancellationToken.None));
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _loop.Post(() =>
        {
            _link?.Leave();
            _linkStop?.CancelAfter(SendTimeMax);
            over.TrySetResult();
        });
        await over.Task;
        await _linkRun;
        _loop.End();
        _thread?.Join();
        Log.Stopped(_log);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _linkStop?.Dispose();
        _agent.Dispose();
    }

    // The library's drivers keep a thread of the pool for each line that is watched.
    private void MakeThreads()
    {
        ThreadPool.GetMinThreads(out var workers, out var completions);
        var watched = _settings.Sensors.Count(static sensor => sensor.Line is not null)
            + (_settings.Button is null ? 0 : 1);
        ThreadPool.SetMinThreads(Math.Max(workers, Environment.ProcessorCount + watched + 1), completions);
    }

    private void StartLink()
    {
        var stop = new CancellationTokenSource();
        var link = new BrokerLink(_settings.ClientId, _settings.Broker, _settings.Commands.Topic, _outbox,
            new Backoff(_random, Least(_settings.Broker), Most(_settings.Broker)), _time, _log)
        {
            Came = Take,
        };
        (_link, _linkStop, _linkRun) = (link, stop, RunAsync(link, stop.Token));
    }

    // A flood must not fill the memory before the desk can cut it off.
    private void Take(Incoming message)
    {
        if (Interlocked.Increment(ref _commandsWaiting) > CommandsWaitingMax)
        {
            Interlocked.Decrement(ref _commandsWaiting);
            return;
        }
        _loop.Post(() =>
        {
            Interlocked.Decrement(ref _commandsWaiting);
            _agent.Take(message);
        });
    }

    private async Task RunAsync(BrokerLink link, CancellationToken stop)
    {
        try
        {
            await link.RunAsync(stop);
        }
        catch (Exception ours)
        {
            _loop.Post(() => throw new InvalidOperationException("the link failed", ours));
        }
    }

    // The client id is the same: the old one must be gone before.
    private void RestartLink()
    {
        var (before, stop) = (_linkRun, _linkStop!);
        stop.Cancel();
        before.ContinueWith(_ => _loop.Post(() =>
        {
            stop.Dispose();
            if (!_isStopping) StartLink();
        }), TaskScheduler.Default);
    }

    private void Tick()
    {
        if (_isStopping) return;
        _loop.After(Second, Tick);
        _agent.Tick(_link?.IsConnected == true);
        _board.Show(_agent.View(_link?.IsConnected == true, _link?.Reason ?? "", _link?.IsListening == true));
        if (_watch.Changed() is { } changed) Change(changed);
    }

    private void Change(AgentSettings changed)
    {
        var before = _settings;
        if (changed.ClientId != before.ClientId) Log.NeedsRestart(_log, "ClientId");
        if (changed.State with { CounterSave = default } != before.State with { CounterSave = default })
            Log.NeedsRestart(_log, "State");
        if (changed.HungAfter != before.HungAfter) Log.NeedsRestart(_log, "BusHungSeconds");
        if (changed.Board.Root != before.Board.Root) Log.NeedsRestart(_log, "Board:Root");
        if (changed.IsClockTrusted != before.IsClockTrusted) Log.NeedsRestart(_log, "Clock");
        if (changed.Log != before.Log) Log.NeedsRestart(_log, "Log");
        _settings = changed with
        {
            ClientId = before.ClientId,
            State = before.State with { CounterSave = changed.State.CounterSave },
            Board = changed.Board with { Root = before.Board.Root },
        };
        MakeThreads();
        var parts = _agent.Change(_settings).ToList();
        if (_settings.Broker != before.Broker || _settings.Commands.Topic != before.Commands.Topic)
        {
            if (_settings.Broker != before.Broker) parts.Add("Broker");
            RestartLink();
        }
        if (parts.Count > 0) Log.Reloaded(_log, string.Join(", ", parts));
    }

    private static TimeSpan Most(BrokerSettings broker) =>
        TimeSpan.FromMilliseconds(broker.BackoffMillisecondsMax);

    private static TimeSpan Least(BrokerSettings broker) => Most(broker) < Second ? Most(broker) : Second;
}
