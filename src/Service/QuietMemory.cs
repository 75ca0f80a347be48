namespace LightMq.Service;

/// <summary>
/// Gives back the memory that a busy time has left. The collector would keep it for the next one, which on a
/// small board is far away, and of which others have more use meanwhile.
/// </summary>
/// <param name="giveBack">Gives it back; null: a collection that returns to the system what it can.</param>
public sealed class QuietMemory(Action? giveBack = null)
{
    // More in a second is busy; so much of it leaves something; after so long it is over.
    private const long BusyPerSecond = 50, BusyMin = 1_000;
    private const int QuietSeconds = 5;

    private long _done, _busy;
    private int _quiet;

    /// <summary>A second has passed.</summary>
    /// <param name="done">Messages since the start.</param>
    public void Tick(long done)
    {
        var more = done - _done;
        _done = done;
        if (more > BusyPerSecond)
        {
            _busy += more;
            _quiet = 0;
        }
        else if (++_quiet >= QuietSeconds && _busy >= BusyMin)
        {
            _busy = 0;
            if (giveBack is not null) giveBack();
            else GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }
}
