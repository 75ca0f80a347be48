using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;

namespace LightMq.Service;

/// <summary>
/// The line that <c>systemctl status</c> shows: looked at every few seconds, and told when it has changed.
/// </summary>
/// <param name="line">How the program stands; called by one thread at a time.</param>
/// <param name="systemd">Null where systemd did not start us.</param>
/// <param name="time">The clock.</param>
public sealed class StatusLine(Func<string> line, NotifySocket? systemd, TimeProvider time)
    : IHostedService, IDisposable
{
    /// <summary>Time between two looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private ITimer? _timer;
    private string _told = "";

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancel)
    {
        if (systemd is not null) _timer = time.CreateTimer(_ => Look(), null, TimeSpan.Zero, Interval);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancel)
    {
        _timer?.Dispose();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private void Look()
    {
        lock (_gate)
        {
            var now = line();
            if (now == _told) return;
            _told = now;
            systemd!.Notify(new ServiceState("STATUS=" + now));
        }
    }
}
