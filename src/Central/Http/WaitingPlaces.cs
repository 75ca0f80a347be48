namespace LightMq.Central.Http;

/// <summary>How many requests may wait for news at a time; beyond that they are answered at once.</summary>
/// <param name="most">The bound.</param>
internal sealed class WaitingPlaces(int most)
{
    private int _taken;

    /// <summary>A place, until it is disposed of; null: none is free.</summary>
    public IDisposable? TryTake()
    {
        if (Interlocked.Increment(ref _taken) <= most) return new Place(this);
        Interlocked.Decrement(ref _taken);
        return null;
    }

    private sealed class Place(WaitingPlaces places) : IDisposable
    {
        private WaitingPlaces? _places = places;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _places, null) is { } taken) Interlocked.Decrement(ref taken._taken);
        }
    }
}
