namespace LightMq.Broker.Sessions;

/// <summary>A run of places of a <see cref="Backlog"/>, sorted, with holes where some were removed.</summary>
internal sealed class BacklogChunk
{
    private const int PlacesMax = 256, PlacesMin = 8;

    private long[] _sequences = new long[PlacesMin];
    private int _count;

    /// <summary>Places, beside their numbers; a removed one is done.</summary>
    public Delivery[] Places { get; private set; } = new Delivery[PlacesMin];

    /// <summary>Places that are not removed.</summary>
    public int Live { get; private set; }

    public bool IsFull => _count == PlacesMax;

    /// <summary>Oldest number that was not removed.</summary>
    public long First { get; private set; }

    /// <summary>Newest number that was not removed.</summary>
    public long Last => Before(long.MaxValue);

    /// <summary>No number between its first and its last is missing.</summary>
    public bool IsSolid => Last - First + 1 == Live;

    public void Append(long sequence, in Delivery delivery)
    {
        if (_count == _sequences.Length) Resize(_count * 2);
        if (_count == 0) First = sequence;
        _sequences[_count] = sequence;
        Places[_count++] = delivery;
        Live++;
    }

    /// <summary>Where a number lies; negative: it was removed, or never here.</summary>
    public int IndexOf(long sequence)
    {
        var index = Array.BinarySearch(_sequences, 0, _count, sequence);
        return index >= 0 && Places[index].State == DeliveryState.Done ? -1 : index;
    }

    public void Remove(long sequence)
    {
        Places[IndexOf(sequence)] = new Delivery { State = DeliveryState.Done };
        if (--Live == 0) return;
        if (sequence == First) First = After(sequence);
        if (Live * 4 < _count && _count > 4 * PlacesMin) Close();
    }

    /// <summary>The next number behind one; 0: none.</summary>
    public long After(long sequence)
    {
        var index = Array.BinarySearch(_sequences, 0, _count, sequence);
        for (index = index < 0 ? ~index : index + 1; index < _count; index++)
            if (Places[index].State != DeliveryState.Done) return _sequences[index];
        return 0;
    }

    /// <summary>The last number before one; 0: none.</summary>
    public long Before(long sequence)
    {
        var index = Array.BinarySearch(_sequences, 0, _count, sequence);
        for (index = index < 0 ? ~index - 1 : index - 1; index >= 0; index--)
            if (Places[index].State != DeliveryState.Done) return _sequences[index];
        return 0;
    }

    /// <summary>Closes the holes; nothing can be added but behind.</summary>
    private void Close()
    {
        var kept = 0;
        for (var index = 0; index < _count; index++)
        {
            if (Places[index].State == DeliveryState.Done) continue;
            _sequences[kept] = _sequences[index];
            Places[kept++] = Places[index];
        }
        _count = kept;
        Resize(Math.Max(PlacesMin, kept));
    }

    private void Resize(int length)
    {
        Array.Resize(ref _sequences, length);
        var places = Places;
        Array.Resize(ref places, length);
        Places = places;
    }
}
