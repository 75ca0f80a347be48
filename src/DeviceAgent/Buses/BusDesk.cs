using Microsoft.Extensions.Logging;

namespace LightMq.DeviceAgent.Buses;

/// <summary>All buses in use. On the loop.</summary>
/// <param name="make">Makes the thread of a bus.</param>
/// <param name="hungAfter">Work that takes longer hangs.</param>
/// <param name="loop">The loop.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Where a bus that hangs is told.</param>
internal sealed class BusDesk(
    Func<string, IBus> make, TimeSpan hungAfter, Loop loop, TimeProvider time, ILogger log) : IDisposable
{
    private readonly SortedDictionary<string, BusLine> _lines = new(StringComparer.Ordinal);

    /// <summary>The buses that hang.</summary>
    public IEnumerable<BusLine> Hung => _lines.Values.Where(static line => line.IsHung);

    /// <summary>A bus, for one user more.</summary>
    public BusLine Take(string name)
    {
        if (!_lines.TryGetValue(name, out var line))
            _lines.Add(name, line = new BusLine(name, make(name), loop, time, log));
        line.Users++;
        return line;
    }

    /// <summary>One user less; the last one's going ends it.</summary>
    public void Leave(BusLine line)
    {
        if (--line.Users > 0) return;
        _lines.Remove(line.Name);
        line.Dispose();
    }

    /// <summary>Looks which buses hang; once a second.</summary>
    public void Tick()
    {
        foreach (var line in _lines.Values) line.Look(hungAfter);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var line in _lines.Values) line.Dispose();
    }
}

/// <summary>The loop's side of a bus.</summary>
internal sealed class BusLine(string name, IBus bus, Loop loop, TimeProvider time, ILogger log) : IDisposable
{
    private const long Idle = -1;
    private long _workSince = Idle;

    /// <summary>As <c>i2c-1</c>.</summary>
    public string Name => name;

    /// <summary>How many use it.</summary>
    public int Users { get; set; }

    /// <summary>Whether something hangs there.</summary>
    public bool IsHung { get; private set; }

    /// <summary>What is said of a device that waits behind what hangs.</summary>
    public string Complaint => $"bus {name} hangs";

    /// <summary>Does work on the bus, and says on the loop what came of it.</summary>
    /// <param name="work">On the bus's thread.</param>
    /// <param name="done">On the loop: the result, or what is wrong with the device.</param>
    public void Do<T>(Func<T> work, Action<T?, string?> done) => bus.Post(() =>
    {
        Interlocked.Exchange(ref _workSince, time.GetTimestamp());
        T? result = default;
        string? fault = null;
        try
        {
            result = work();
        }
        catch (AggregateException wrong) when (DeviceFault.Is(wrong.GetBaseException()))
        {
            fault = DeviceFault.Text(wrong.GetBaseException());
        }
        catch (Exception wrong) when (DeviceFault.Is(wrong))
        {
            fault = DeviceFault.Text(wrong);
        }
        Interlocked.Exchange(ref _workSince, Idle);
        loop.Post(() =>
        {
            if (IsHung && Interlocked.Read(ref _workSince) == Idle) Moves();
            done(result, fault);
        });
    });

    /// <summary>Looks whether it hangs.</summary>
    public void Look(TimeSpan hungAfter)
    {
        var since = Interlocked.Read(ref _workSince);
        var isHung = since != Idle && time.GetElapsedTime(since) >= hungAfter;
        if (isHung && !IsHung) Log.BusHangs(log, name, time.GetElapsedTime(since).TotalSeconds);
        if (!isHung && IsHung) Moves();
        IsHung = isHung;
    }

    /// <inheritdoc/>
    public void Dispose() => bus.Dispose();

    private void Moves()
    {
        IsHung = false;
        Log.BusMoves(log, name);
    }
}
