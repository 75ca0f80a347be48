using LightMq.Broker.Durability;
using LightMq.Simulator.Disk;
using LightMq.Store;

namespace LightMq.Unit.Store;

/// <summary>What the store should hold: the same groups applied to a dictionary.</summary>
internal sealed class Shelf
{
    public static readonly StoreOptions Small = new()
    {
        LogBytes = 256 << 10,
        CheckpointBytes = 96 << 10,
        ReserveBytes = 128 << 10,
    };

    private readonly SortedDictionary<(StoreCollection, int), byte[]> _values = [];

    public int Count => _values.Count;

    public void Apply(StoreGroup group)
    {
        foreach (ref readonly var change in group.Changes)
        {
            if (change.IsDelete) _values.Remove((change.Collection, change.Key));
            else _values[(change.Collection, change.Key)] = group.ValueOf(change).ToArray();
        }
    }

    public Shelf Copy()
    {
        var copy = new Shelf();
        foreach (var (name, value) in _values) copy._values[name] = value;
        return copy;
    }

    public bool Holds(StoreCollection collection, int key, ReadOnlySpan<byte> value) =>
        _values.TryGetValue((collection, key), out var known) && value.SequenceEqual(known);

    public static Shelf Of(LiteStore store)
    {
        var shelf = new Shelf();
        store.ReadAll((collection, key, value) => shelf._values.Add((collection, key), value.ToArray()));
        return shelf;
    }

    public string? DifferenceTo(Shelf other)
    {
        foreach (var (name, value) in _values)
        {
            if (!other._values.TryGetValue(name, out var theirs)) return $"{name} is missing";
            if (!theirs.AsSpan().SequenceEqual(value)) return $"{name} differs";
        }
        foreach (var name in other._values.Keys)
            if (!_values.ContainsKey(name)) return $"{name} is too much";
        return null;
    }

    /// <summary>Whether <paramref name="other"/> holds nothing that is not here, in the same bytes.</summary>
    public bool Contains(Shelf other)
    {
        foreach (var (name, value) in other._values)
            if (!Holds(name.Item1, name.Item2, value)) return false;
        return true;
    }

    public static LiteStore Open(SimulatedDisk disk) => LiteStore.Open(disk, Small);
}

/// <summary>
/// LiteDB's generator is one per process (<see cref="LiteDbChance"/>): these tests take turns.
/// </summary>
[Xunit.CollectionDefinition(Name)]
public sealed class OneAtATime
{
    public const string Name = "one store at a time";
}

/// <summary>A scripted life of a store: groups as the engine would make them, from a seed.</summary>
internal sealed class Script(int seed)
{
    private readonly Random _random = new(seed);
    private long _number;

    public StoreGroup Next()
    {
        var group = new StoreGroup { Number = ++_number };
        group.Put(StoreCollection.Slots, _random.Next(12), Bytes(_random.Next(3) == 0 ? 20_000 : 900));
        for (var i = _random.Next(4); i > 0; i--)
            group.Put(StoreCollection.Progress, _random.Next(20), Bytes(40));
        if (_random.Next(4) == 0) group.Put(StoreCollection.Sessions, _random.Next(20), Bytes(200));
        if (_random.Next(3) == 0) group.Delete(StoreCollection.Slots, _random.Next(12));
        if (_random.Next(3) == 0) group.Delete(StoreCollection.Sessions, _random.Next(20));
        if (_random.Next(5) == 0) group.Put(StoreCollection.Retained, _random.Next(50), Bytes(300));
        if (_number == 1) group.Put(StoreCollection.Meta, 0, Bytes(24));
        return group;
    }

    private byte[] Bytes(int lengthMax)
    {
        var bytes = new byte[1 + _random.Next(lengthMax)];
        _random.NextBytes(bytes);
        return bytes;
    }
}
