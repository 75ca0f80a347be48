using System.Collections;

namespace LightMq.DeviceAgent.Settings;

/// <summary>
/// A list that equals another one with equal items, so that records that hold lists can be compared.
/// </summary>
internal sealed class ListOf<T>(IEnumerable<T> items) : IReadOnlyList<T>, IEquatable<ListOf<T>>
    where T : notnull
{
    private readonly T[] _items = [.. items];

    /// <summary>No items.</summary>
    public static ListOf<T> None { get; } = new([]);

    /// <inheritdoc/>
    public int Count => _items.Length;

    /// <inheritdoc/>
    public T this[int index] => _items[index];

    /// <inheritdoc/>
    public bool Equals(ListOf<T>? other) => other is not null && _items.AsSpan().SequenceEqual(other._items);

    /// <inheritdoc/>
    public override bool Equals(object? other) => Equals(other as ListOf<T>);

    /// <inheritdoc/>
    public override int GetHashCode() => _items.Length == 0 ? 0 : HashCode.Combine(_items.Length, _items[0]);

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
