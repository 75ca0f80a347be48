using System.Threading.Channels;

namespace LightMq.Uplink.Sides;

/// <summary>
/// What happens outside reaches the loop through here, one thing after the other: the bridge and all that
/// stands around it know one thread of events only. Bounded by its senders: a reader waits for its batch
/// to be taken.
/// </summary>
internal sealed class LoopQueue
{
    private readonly Channel<Action> _waiting = Channel.CreateUnbounded<Action>(
        new UnboundedChannelOptions { SingleReader = true });
    private long _turns;

    /// <summary>Turns so far.</summary>
    public long Turns => Interlocked.Read(ref _turns);

    /// <summary>Something happened. For any thread.</summary>
    public void Post(Action happened) => _waiting.Writer.TryWrite(happened);

    /// <summary>No more is taken once what waits is done.</summary>
    public void End() => _waiting.Writer.TryComplete();

    /// <summary>Runs until <see cref="End"/>.</summary>
    /// <param name="afterTurn">Called whenever nothing waits for the moment.</param>
    public async Task RunAsync(Action afterTurn)
    {
        while (await _waiting.Reader.WaitToReadAsync())
        {
            while (_waiting.Reader.TryRead(out var happened)) happened();
            Interlocked.Increment(ref _turns);
            afterTurn();
        }
    }
}
