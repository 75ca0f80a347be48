using LightMq.Broker.Connections;

namespace LightMq.Net.Tls;

/// <summary>
/// TLS records over a socket, read and written by the loop in its turn, after the handshake.
/// </summary>
internal sealed unsafe class TlsStream(nint ssl) : ISocketStream
{
    private bool _mayHold = true;
    private bool _isEnded;

    /// <summary>
    /// What lies inside after a read that asked for more is a part of a record: nothing to be had from it.
    /// </summary>
    public bool HasBuffered => _isEnded || (_mayHold && OpenSsl.SSL_has_pending(ssl) != 0);

    /// <inheritdoc/>
    public bool HasUnsent => false;

    /// <inheritdoc/>
    public int Receive(Span<byte> to)
    {
        var total = 0;
        fixed (byte* start = to)
            while (total < to.Length && !_isEnded)
            {
                var count = OpenSsl.SSL_read(ssl, start + total, to.Length - total);
                if (count > 0)
                {
                    total += count;
                    _mayHold = true;
                    if (OpenSsl.SSL_has_pending(ssl) == 0) break;
                    continue;
                }
                _mayHold = false;
                _isEnded = !IsPassing(count);
                break;
            }
        return total == 0 && _isEnded ? -1 : total;
    }

    /// <inheritdoc/>
    public int Send(ReadOnlySpan<byte> bytes)
    {
        var total = 0;
        fixed (byte* start = bytes)
            while (total < bytes.Length)
            {
                var count = OpenSsl.SSL_write(ssl, start + total, bytes.Length - total);
                if (count > 0) total += count;
                else if (IsPassing(count)) break;
                else return -1;
            }
        return total;
    }

    /// <inheritdoc/>
    public bool TryEnd(CloseReason reason)
    {
        var result = OpenSsl.SSL_shutdown(ssl);
        return result >= 0 || ErrorOf(result) != OpenSsl.ErrorWantWrite;
    }

    /// <inheritdoc/>
    public void Dispose() => OpenSsl.SSL_free(ssl);

    private bool IsPassing(int result) => ErrorOf(result) is OpenSsl.ErrorWantRead or OpenSsl.ErrorWantWrite;

    // Whatever fails leaves the thread's queue of errors empty, so that what works need not empty it first.
    private int ErrorOf(int result)
    {
        var error = OpenSsl.SSL_get_error(ssl, result);
        OpenSsl.ERR_clear_error();
        return error;
    }
}
