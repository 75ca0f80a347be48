using System.Net;
using System.Net.Sockets;

namespace LightMq.Central.Http;

/// <summary>
/// So many attempts of one address in a minute, of IPv6 one /64, and no more. For any thread.
/// </summary>
/// <param name="perMinuteMax">Attempts; 0: no bound.</param>
/// <param name="time">The clock.</param>
internal sealed class AttemptLimit(int perMinuteMax, TimeProvider time)
{
    private const int AddressesMax = 100_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private long _began = time.GetTimestamp();

    /// <summary>Counts one.</summary>
    /// <exception cref="HttpRefusal">It is one too many.</exception>
    public void Count(string address)
    {
        if (perMinuteMax == 0) return;
        lock (_gate)
        {
            if (time.GetElapsedTime(_began) >= Window)
            {
                _counts.Clear();
                _began = time.GetTimestamp();
            }
            var key = KeyOf(address);
            var count = _counts.GetValueOrDefault(key);
            if (count < perMinuteMax && (count > 0 || _counts.Count < AddressesMax))
            {
                _counts[key] = count + 1;
                return;
            }
        }
        throw new HttpRefusal(429, $"more than {perMinuteMax} attempts from there in a minute: try later");
    }

    private static string KeyOf(string address)
    {
        if (!IPAddress.TryParse(address, out var parsed)) return address;
        if (parsed.IsIPv4MappedToIPv6) parsed = parsed.MapToIPv4();
        return parsed.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexString(parsed.GetAddressBytes().AsSpan(0, 8)) : parsed.ToString();
    }
}
