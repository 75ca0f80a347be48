using System.Threading.Channels;
using LightMq.DeviceAgent.Board;
using LightMq.DeviceAgent.Settings;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LightMq.DeviceAgent.Link;

/// <summary>
/// Takes a reading every interval and hands it to the link. While the broker is away the newest
/// <see cref="ReadingsWaitingMax"/> wait; older ones are skipped, which the sequence numbers show.
/// </summary>
public sealed class Telemetry(
    AgentOptions options, BoardReader board, BrokerLink link, TimeProvider time, ILogger log)
    : BackgroundService
{
    /// <summary>Readings kept while the broker is away: an hour at 10 s.</summary>
    public const int ReadingsWaitingMax = 360;

    private readonly Channel<Reading> _waiting = Channel.CreateBounded<Reading>(
        new BoundedChannelOptions(ReadingsWaitingMax) { FullMode = BoundedChannelFullMode.DropOldest });

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        log.Started(options.Topic, options.Interval.TotalSeconds);
        try
        {
            // Either half alone would be a silent agent: a fault in one ends it, and systemd restarts it.
            await await Task.WhenAny(Take(stoppingToken), Send(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await link.Close();
        }
    }

    private async Task Take(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(options.Interval, time);
        for (long sequence = 1; ; sequence++)
        {
            _waiting.Writer.TryWrite(board.Read(sequence, time.GetUtcNow()));
            await timer.WaitForNextTickAsync(stop);
        }
    }

    private async Task Send(CancellationToken stop)
    {
        while (true)
        {
            var reading = await _waiting.Reader.ReadAsync(stop);
            await link.Deliver(reading.ToJson(), stop);
            log.Delivered(reading.Sequence);
        }
    }
}
