using LightMq.Simulator.World;

namespace LightMq.Simulator.Network;

/// <summary>
/// One direction of a connection: bytes in order, late, in any pieces, at most a window of them between
/// writer and reader.
/// </summary>
public sealed class Pipe(Scheduler scheduler, Conditions conditions, int windowBytes)
{
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private int _inFlight;
    private long _lastArrival;
    private int _life;
    private bool _writerBlocked;

    /// <summary>Bytes arrived, or the end did.</summary>
    public Action? Readable { get; set; }
    /// <summary>There is room again after a write was cut short.</summary>
    public Action? Writable { get; set; }
    /// <summary>Bytes arrived where nobody reads any more.</summary>
    public Action? Refused { get; set; }

    public bool IsSilent { get; private set; }
    public bool IsReaderGone { get; private set; }
    /// <summary>The writer's end has arrived; it counts once all bytes are read.</summary>
    public bool HasEnd { get; private set; }
    public int Available => _end - _start;
    private int Room => windowBytes - _inFlight - Available;

    /// <summary>Takes as many bytes as the window lets in.</summary>
    public int Write(ReadOnlySpan<byte> bytes)
    {
        var taken = Math.Min(Math.Max(Room, 0), bytes.Length);
        if (taken < bytes.Length) _writerBlocked = true;
        var rest = bytes[..taken];
        if (IsSilent)
        {
            _inFlight += taken;
            return taken;
        }
        while (!rest.IsEmpty)
        {
            var cut = scheduler.Random.Happens(conditions.PieceChance)
                ? scheduler.Random.Next(1, rest.Length + 1) : rest.Length;
            var piece = rest[..cut].ToArray();
            rest = rest[cut..];
            _inFlight += cut;
            Send(() => Arrive(piece));
        }
        return taken;
    }

    /// <summary>Takes up to <paramref name="to"/>'s length of what has arrived.</summary>
    public int Read(Span<byte> to)
    {
        var count = Math.Min(to.Length, Available);
        _buffer.AsSpan(_start, count).CopyTo(to);
        _start += count;
        if (_start == _end) _start = _end = 0;
        if (count > 0 && _writerBlocked && !IsSilent)
        {
            _writerBlocked = false;
            var life = _life;
            scheduler.After(conditions.Latency(scheduler.Random), () =>
            {
                if (life == _life) Writable?.Invoke();
            });
        }
        return count;
    }

    /// <summary>The writer closes: the reader sees it after the last byte.</summary>
    public void Finish()
    {
        if (IsSilent) return;
        Send(() =>
        {
            HasEnd = true;
            Readable?.Invoke();
        });
    }

    /// <summary>The reader closes: what still comes is refused.</summary>
    public void Abandon() => IsReaderGone = true;

    /// <summary>The way is gone: what is under way never arrives, and nothing follows.</summary>
    public void Silence()
    {
        IsSilent = true;
        _life++;
    }

    private void Send(Action arrive)
    {
        var life = _life;
        var due = scheduler.Now + conditions.Latency(scheduler.Random);
        _lastArrival = Math.Max(_lastArrival + 1, due);
        scheduler.At(_lastArrival, () =>
        {
            if (life == _life) arrive();
        });
    }

    private void Arrive(byte[] piece)
    {
        _inFlight -= piece.Length;
        if (IsReaderGone)
        {
            Refused?.Invoke();
            return;
        }
        if (_buffer.Length - _end < piece.Length)
        {
            var held = Available;
            var target = new byte[Math.Max(256, (held + piece.Length) * 2)];
            _buffer.AsSpan(_start, held).CopyTo(target);
            _buffer = target;
            _start = 0;
            _end = held;
        }
        piece.CopyTo(_buffer, _end);
        _end += piece.Length;
        scheduler.Trace.Mix(piece);
        Readable?.Invoke();
    }
}
