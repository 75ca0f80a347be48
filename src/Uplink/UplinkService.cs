using LightMq.Service;
using LightMq.Service.Configuration;
using LightMq.Uplink.Bridging;
using LightMq.Uplink.Settings;
using LightMq.Uplink.Sides;
using LightMq.Uplink.State;
using LightMq.Uplink.Tokens;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LightMq.Uplink;

/// <summary>Start, stop and change of settings; what an uplink does is in <see cref="Bridge"/>.</summary>
internal sealed class UplinkService : IHostedService, IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Random _random;
    private readonly LoopQueue _queue = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly StateFolder _state;
    private readonly StatusBoard _board;
    private readonly QuietMemory _memory = new();
    private readonly SettingsWatch<UplinkSettings> _watch;
    private UplinkSettings _settings;
    private Carrier _carrier;
    private TokenDesk? _tokens;
    private CancellationTokenSource? _keeping;
    private ITimer? _timer;
    private Thread? _loop;

    /// <summary>Makes the parts; nothing runs yet.</summary>
    /// <exception cref="StartFailure">The state directory cannot be used.</exception>
    public UplinkService(
        UplinkSettings settings, SettingsWatch<UplinkSettings> watch, NotifySocket? systemd,
        TimeProvider time, Random random, ILogger log)
    {
        (_settings, _watch, _time, _random, _log) = (settings, watch, time, random, log);
        _state = StateFolder.Open(settings, time, log);
        _board = new StatusBoard(_state.StatusFile, systemd, time, log);
        _carrier = MakeCarrier();
        Watched = [new TurningPart("loop", () => _queue.Turns, () => _queue.Post(static () => { }), time)];
    }

    /// <summary>What the watchdog looks at.</summary>
    public IReadOnlyList<IWatchedPart> Watched { get; }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A mistake of ours ends the process: a thread's exception does, a task's would not.
        _loop = new Thread(() => _queue.RunAsync(Flush).GetAwaiter().GetResult()) { Name = "loop" };
        _loop.Start();
        _queue.Post(() =>
        {
            StartTokens();
            StartLocal(0);
            StartCentral(0);
        });
        _timer = _time.CreateTimer(_ => _queue.Post(Tick), null, Second, Second);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_timer is not null) await _timer.DisposeAsync();
        _queue.Post(async () =>
        {
            var leaving = Task.WhenAll(
                _carrier.Central?.LeaveAsync() ?? Task.CompletedTask,
                _carrier.Local?.LeaveAsync() ?? Task.CompletedTask);
            await leaving;
            await _stop.CancelAsync();
            _queue.End();
        });
        _loop?.Join();
        Log.Stopped(_log);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _keeping?.Dispose();
        _stop.Dispose();
    }

    private Carrier MakeCarrier() =>
        new(_state.Refused, _settings.Carriage.Options.Qos0BytesMax, _queue, _time, _log)
        {
            Bridge = new Bridge(_settings.Carriage.Bridge),
        };

    private void StartTokens()
    {
        (_tokens, _keeping) = (null, null);
        if (_settings.Token is not { } settings) return;
        var keeper = UplinkParts.Keeper(
            settings, _settings.Central.ClientId, _state.Directory, _state.Clock, _time, _random, _log);
        _tokens = new TokenDesk(keeper, _log);
        _keeping = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        _ = KeepAsync(keeper, _keeping.Token);
    }

    private async Task KeepAsync(TokenKeeper keeper, CancellationToken stop)
    {
        try
        {
            await keeper.RunAsync(_ => _queue.Post(() => _carrier.Central?.TokenObtained()), stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    private void StartLocal(int generation)
    {
        var carrier = _carrier;
        carrier.Local = new LocalSide(_settings.Local, _settings.Carriage.Options, _queue, carrier.Tell,
            UplinkParts.LocalBackoff(_random), _time, _log, _stop.Token)
        {
            Generation = generation,
        };
        carrier.Local.Start();
    }

    private void StartCentral(int generation)
    {
        var carrier = _carrier;
        var central = _settings.Central;
        var pass = new CentralPass(null, _state.Installation, UplinkParts.Trust(central, _state.Clock),
            _settings.Carriage.Options.DownWindowMax);
        carrier.Central = new CentralSide(central, pass, _tokens, _queue, carrier.Tell,
            UplinkParts.CentralBackoff(central, _random), _time, _log, _stop.Token)
        {
            Generation = generation,
            ClusterSeen = _state.SawCluster,
        };
        carrier.Central.Start();
    }

    private void Flush()
    {
        _carrier.Central?.Flush();
        _carrier.Local?.Flush();
    }

    private void Tick()
    {
        _carrier.Tick();
        _carrier.Local?.Tick();
        _carrier.Central?.Tick();
        _state.Clock.Keep();
        var central = _carrier.Central;
        _board.Show(
            new LinkView(
                _carrier.WaitsForStore ? LinkState.WaitingForStore : central?.State ?? LinkState.Connecting,
                central?.Reason ?? "", $"{central?.Address}", _state.Cluster,
                _carrier.Local?.IsConnected == true, _carrier.Local?.Backlog),
            _carrier.Bridge);
        _memory.Tick(_carrier.Bridge.Counters.Given + _carrier.Bridge.Counters.Acknowledged);
        if (_watch.Changed() is { } changed) Change(changed);
    }

    /// <summary>Other settings: only what changed is touched.</summary>
    private void Change(UplinkSettings changed)
    {
        var before = _settings;
        var parts = new List<string>();
        if (changed.State != before.State) Log.NeedsRestart(_log, "State");
        if (changed.Log != before.Log) Log.NeedsRestart(_log, "Log");
        if (changed.IsClockTrusted != before.IsClockTrusted) Log.NeedsRestart(_log, "Clock");
        _settings = changed with { State = before.State };
        var isCarriage = changed.Carriage != before.Carriage;
        var isLocal = isCarriage || changed.Local != before.Local;
        var isToken = changed.Token != before.Token;
        var isCentral = isCarriage || isToken && (changed.Token is null || before.Token is null)
            || changed.Central != before.Central;
        if (isCarriage) parts.Add("Window, Topics");
        if (changed.Local != before.Local) parts.Add("Local");
        if (changed.Central != before.Central) parts.Add("Central");
        if (isToken) parts.Add("Token");
        if (parts.Count > 0) Log.Reloaded(_log, string.Join(", ", parts));
        var (local, central) = (_carrier.Local, _carrier.Central);
        if (isLocal) _ = local?.LeaveAsync();
        if (isCentral) _ = central?.LeaveAsync();
        if (isToken)
        {
            _keeping?.Cancel();
            StartTokens();
            if (!isCentral && central is not null) central.Tokens = _tokens;
        }
        if (isCarriage) _carrier = MakeCarrier();
        if (isLocal) StartLocal(local?.Generation ?? 0);
        if (isCentral) StartCentral(central?.Generation ?? 0);
    }
}
