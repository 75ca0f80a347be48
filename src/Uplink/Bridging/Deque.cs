using System.Numerics;

namespace LightMq.Uplink.Bridging;

/// <summary>A queue that can be put back at its front, in one array that grows.</summary>
internal sealed class Deque<T>
    where T : class
{
    private T?[] _items = new T?[16];
    private int _first;

    public int Count { get; private set; }

    public T this[int index] => _items[(_first + index) & (_items.Length - 1)]!;

    public T Front => this[0];

    public void PushBack(T item)
    {
        Grow();
        _items[(_first + Count++) & (_items.Length - 1)] = item;
    }

    public void PushFront(T item)
    {
        Grow();
        _first = (_first - 1) & (_items.Length - 1);
        _items[_first] = item;
        Count++;
    }

    public T PopFront()
    {
        var item = Front;
        _items[_first] = null;
        _first = (_first + 1) & (_items.Length - 1);
        Count--;
        return item;
    }

    public T PopBack()
    {
        var at = (_first + --Count) & (_items.Length - 1);
        var item = _items[at]!;
        _items[at] = null;
        return item;
    }

    public void Clear()
    {
        Array.Clear(_items);
        (_first, Count) = (0, 0);
    }

    private void Grow()
    {
        if (Count < _items.Length) return;
        var larger = new T?[BitOperations.RoundUpToPowerOf2((uint)Count + 1)];
        for (var i = 0; i < Count; i++) larger[i] = this[i];
        (_items, _first) = (larger, 0);
    }
}
