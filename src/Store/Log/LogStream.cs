using LightMq.Store.Data;

namespace LightMq.Store.Log;

/// <summary>
/// The log as LiteDB sees it: pages at multiples of 8192. LiteDB's writer task appends behind the caller's
/// back; here that only fills memory and never throws, since an exception there would hang LiteDB's own
/// shutdown (its task waits for itself). The caller waits for the page that confirms its transaction, then
/// writes and syncs the whole group itself: one thread does all disk operations, in an order that repeats.
/// </summary>
internal sealed class LogStream(LogFile log) : Stream
{
    private readonly object _gate = new();
    private int _confirmations;
    private Exception? _failure;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => true;
    public override long Position { get; set; }

    public override long Length
    {
        get
        {
            lock (_gate) return (long)log.Pages * Page.Bytes;
        }
    }

    /// <summary>Transactions whose last page has arrived.</summary>
    public int Confirmations
    {
        get
        {
            lock (_gate) return _confirmations;
        }
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        lock (_gate)
        {
            try
            {
                if (count != Page.Bytes || Position != (long)log.Pages * Page.Bytes)
                    throw new InvalidDataException(
                        $"{count} bytes at {Position}: not the next page of the log");
                var page = buffer.AsSpan(offset, count);
                log.Append(page);
                Position += count;
                if (!Page.IsConfirmed(page)) return;
                _confirmations++;
                Monitor.PulseAll(_gate);
            }
            catch (Exception failure)
            {
                _failure = failure;
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>
    /// Waits for the last page of the transaction after the first <paramref name="known"/>.
    /// </summary>
    public void WaitForConfirmation(int known, int millisecondsMax)
    {
        lock (_gate)
        {
            while (_confirmations == known && _failure is null)
                if (!Monitor.Wait(_gate, millisecondsMax))
                    throw new IOException("LiteDB's writer does not write");
            if (_failure is not null) throw new IOException("cannot take LiteDB's pages", _failure);
        }
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        lock (_gate) log.ReadPage((int)(Position / Page.Bytes), buffer.AsSpan(offset, count));
        Position += count;
        return count;
    }

    /// <summary>
    /// Nothing: LiteDB flushes whenever its queue runs empty; the group's own sync is what counts.
    /// </summary>
    public override void Flush() { }

    /// <summary>To 0, after a checkpoint: begins a new generation, durably.</summary>
    public override void SetLength(long value)
    {
        if (value != 0) throw new NotSupportedException();
        lock (_gate) log.BeginGeneration();
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
}
