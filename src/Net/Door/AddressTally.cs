namespace LightMq.Net.Door;

/// <summary>How many connections each remote address has, loopback ones apart.</summary>
/// <param name="connectionsMax">What one may have; 0: any.</param>
/// <param name="isLoopbackBound">Loopback addresses too.</param>
internal sealed class AddressTally(int connectionsMax, bool isLoopbackBound)
{
    private readonly Dictionary<AddressKey, int> _counts = [];

    /// <summary>Counts one more; false, uncounted, where it has as many as it may.</summary>
    public bool TryEnter(AddressKey address)
    {
        if (connectionsMax == 0 || (address.IsLoopback && !isLoopbackBound)) return true;
        var count = _counts.GetValueOrDefault(address);
        if (count >= connectionsMax) return false;
        _counts[address] = count + 1;
        return true;
    }

    /// <summary>One that was counted is closed.</summary>
    public void Leave(AddressKey address)
    {
        if (!_counts.TryGetValue(address, out var count)) return;
        if (count > 1) _counts[address] = count - 1;
        else _counts.Remove(address);
    }
}
