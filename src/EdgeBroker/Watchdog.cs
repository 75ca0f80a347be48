using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

namespace LightMq.EdgeBroker;

/// <summary>
/// Tells systemd that all is well only while both the loop and the disk thread move. An idle loop is nudged,
/// so that idle and stuck differ. Does nothing where systemd asks for no watchdog.
/// </summary>
internal sealed class Watchdog(
    BrokerService broker, NotifySocket? systemd, TimeProvider time, ILogger log)
    : IHostedService, IDisposable
{
    private ITimer? _timer;
    private TimeSpan _limit;
    private long _turns = -1;
    private long _turnedAt;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancel)
    {
        var text = Environment.GetEnvironmentVariable("WATCHDOG_USEC");
        if (systemd is null
            || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)
            || microseconds <= 0) return Task.CompletedTask;
        _limit = TimeSpan.FromMicroseconds(microseconds);
        _timer = time.CreateTimer(_ => Look(), null, TimeSpan.Zero, _limit / 3);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancel) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private void Look()
    {
        var turns = broker.Turns;
        var isLoopMoving = turns != _turns;
        var isStoreMoving = time.GetElapsedTime(broker.StoreProgress) < _limit;
        _turns = turns;
        broker.Nudge();
        if (isLoopMoving) _turnedAt = time.GetTimestamp();
        if (isLoopMoving && isStoreMoving) systemd!.Notify(new ServiceState("WATCHDOG=1"));
        else if (!isLoopMoving) Log.NotMoving(log, "the loop", time.GetElapsedTime(_turnedAt).TotalSeconds);
        else Log.NotMoving(log, "the disk thread", time.GetElapsedTime(broker.StoreProgress).TotalSeconds);
    }
}
