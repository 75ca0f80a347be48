using System.Buffers;

namespace LightMq.Broker.Connections;

/// <summary>
/// Bytes waiting for one peer. The engine appends, the host sends from the front. Owns a pooled buffer only
/// while it holds bytes, so an idle connection costs none.
/// </summary>
public sealed class Outbox
{
    private byte[] _buffer = [];
    private int _start;
    private int _end;

    /// <summary>Bytes not yet sent.</summary>
    public int Length => _end - _start;

    /// <summary>Bytes sent in all, to see whether the peer takes any.</summary>
    public long TotalSent { get; private set; }

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty => _end == _start;

    /// <summary>The bytes to send next, oldest first.</summary>
    public ReadOnlySpan<byte> Unsent => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Room for <paramref name="bytes"/> more; follow with <see cref="Append"/>.</summary>
    public Span<byte> Reserve(int bytes)
    {
        if (_buffer.Length - _end < bytes) Grow(bytes);
        return _buffer.AsSpan(_end);
    }

    /// <summary>Counts <paramref name="bytes"/> of the reserved room as written.</summary>
    public void Append(int bytes) => _end += bytes;

    /// <summary>The host has sent <paramref name="bytes"/> from the front.</summary>
    public void Sent(int bytes)
    {
        _start += bytes;
        TotalSent += bytes;
        if (_start == _end) Clear();
    }

    /// <summary>Drops everything and gives the buffer back.</summary>
    public void Clear()
    {
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _start = _end = 0;
    }

    private void Grow(int bytes)
    {
        var length = Length;
        var target = ArrayPool<byte>.Shared.Rent(Math.Max(512, checked(length + bytes) * 2));
        Unsent.CopyTo(target);
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = target;
        _start = 0;
        _end = length;
    }
}
