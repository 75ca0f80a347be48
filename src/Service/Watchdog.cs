using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

namespace LightMq.Service;

/// <summary>
/// Tells systemd that all is well only while every part moves. Does nothing where systemd asks for no
/// watchdog.
/// </summary>
/// <param name="parts">What is looked at; from one thread at a time.</param>
/// <param name="systemd">Null where systemd did not start us.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Where a standstill is told.</param>
public sealed class Watchdog(
    IReadOnlyList<IWatchedPart> parts, NotifySocket? systemd, TimeProvider time, ILogger log)
    : IHostedService, IDisposable
{
    private ITimer? _timer;
    private TimeSpan _limit;

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
        IWatchedPart? still = null;
        // Every part is looked at, for a look may nudge it.
        foreach (var part in parts)
            if (!part.IsMoving(_limit)) still ??= part;
        if (still is null) systemd!.Notify(new ServiceState("WATCHDOG=1"));
        else Log.NotMoving(log, still.Name, still.StillFor.TotalSeconds);
    }
}
