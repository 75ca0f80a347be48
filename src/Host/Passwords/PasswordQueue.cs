namespace LightMq.Host.Passwords;

/// <summary>
/// Password checks that wait, taken in turn from each address, so that a flood from one cannot shut out the
/// others; bounded per address and in all.
/// </summary>
public sealed class PasswordQueue<T>
{
    /// <summary>Checks of one address that may wait.</summary>
    public const int PerAddressMax = 32;
    /// <summary>Addresses that may wait.</summary>
    public const int AddressesMax = 1_024;

    private readonly object _gate = new();
    private readonly Dictionary<string, Queue<T>> _waiting = [];
    private readonly Queue<string> _turns = new();
    private bool _isClosed;

    /// <summary>False: too much waits, or the queue is closed.</summary>
    public bool TryAdd(string remoteAddress, T check)
    {
        var colon = remoteAddress.LastIndexOf(':');
        var address = colon > 0 ? remoteAddress[..colon] : remoteAddress;
        lock (_gate)
        {
            if (_isClosed) return false;
            if (!_waiting.TryGetValue(address, out var checks))
            {
                if (_waiting.Count >= AddressesMax) return false;
                _waiting[address] = checks = new Queue<T>();
                _turns.Enqueue(address);
            }
            if (checks.Count >= PerAddressMax) return false;
            checks.Enqueue(check);
            Monitor.Pulse(_gate);
            return true;
        }
    }

    /// <summary>Waits for the next check; false once the queue is closed.</summary>
    public bool Take(out T? check)
    {
        lock (_gate)
        {
            while (!_isClosed && _turns.Count == 0) Monitor.Wait(_gate);
            check = default;
            if (_isClosed) return false;
            var address = _turns.Dequeue();
            var checks = _waiting[address];
            check = checks.Dequeue();
            if (checks.Count > 0) _turns.Enqueue(address);
            else _waiting.Remove(address);
            return true;
        }
    }

    /// <summary>Ends the waiting; what is queued is dropped.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.PulseAll(_gate);
        }
    }
}
