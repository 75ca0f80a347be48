namespace LightMq.Service;

/// <summary>
/// Gives back the memory that a busy time has left. The collector would keep it for the next one, which on a
/// small board is far away, and of which others have more use meanwhile.
/// </summary>
/// <param name="giveBack">Gives it back; null: a collection that returns to the system what it can.</param>
/// <param name="heapBytes">Bytes of the heap after the last collection; null: the runtime's.</param>
public sealed class QuietMemory(Action? giveBack = null, Func<long>? heapBytes = null)
{
    /// <summary>A larger heap is left to the collector: all of it is moved, and the program stands meanwhile.
    /// </summary>
    public const long HeapBytesMax = 128 << 20;

    // More in a second is busy; so much of it leaves something; after so long it is over.
    private const long BusyPerSecond = 50, BusyMin = 1_000;
    private const int QuietSeconds = 5;
    // It stops the program for a moment: not after every burst of sensors that all speak at once.
    private const int RestSeconds = 60;

    private long _done, _busy;
    private int _quiet, _rest;

    /// <summary>A second has passed.</summary>
    /// <param name="done">Messages since the start.</param>
    public void Tick(long done)
    {
        var more = done - _done;
        _done = done;
        if (_rest > 0) _rest--;
        if (more > BusyPerSecond)
        {
            _busy += more;
            _quiet = 0;
        }
        else if (++_quiet >= QuietSeconds && _busy >= BusyMin && _rest == 0)
        {
            (_busy, _rest) = (0, RestSeconds);
            if ((heapBytes?.Invoke() ?? GC.GetGCMemoryInfo().HeapSizeBytes) > HeapBytesMax) return;
            if (giveBack is not null) giveBack();
            else GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }
}
