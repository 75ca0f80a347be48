namespace LightMq.Mqtt;

/// <summary>Filters of shared subscriptions, <c>$share/name/filter</c> (MQTT 5.0, section 4.8.2).</summary>
public static class SharedFilter
{
    private static ReadOnlySpan<byte> Prefix => "$share/"u8;

    /// <summary>Whether it asks to share, rightly or not.</summary>
    public static bool IsShared(ReadOnlySpan<byte> filter) => filter.StartsWith(Prefix);

    /// <summary>Whether it is well-formed or does not ask to share; UTF-8 without U+0000.</summary>
    public static bool IsWellFormed(ReadOnlySpan<byte> filter) => Breach(filter) is null;

    /// <summary>Cuts a shared filter, well-formed, into its parts.</summary>
    /// <returns>True for <c>$share/name/filter</c>.</returns>
    public static bool TrySplit(
        ReadOnlySpan<byte> filter, out ReadOnlySpan<byte> shareName, out ReadOnlySpan<byte> topicFilter)
    {
        shareName = topicFilter = default;
        if (!IsShared(filter)) return false;
        var rest = filter[Prefix.Length..];
        var end = rest.IndexOf((byte)'/');
        if (end <= 0 || end == rest.Length - 1 || rest[..end].ContainsAny((byte)'+', (byte)'#')) return false;
        shareName = rest[..end];
        topicFilter = rest[(end + 1)..];
        return true;
    }

    /// <summary>The clause that a filter breaks by the way it asks to share.</summary>
    internal static string? Breach(ReadOnlySpan<byte> filter)
    {
        if (!IsShared(filter)) return null;
        if (TrySplit(filter, out _, out var topicFilter))
            return Topics.IsValidFilter(topicFilter) ? null : "MQTT5-4.8.2-2";
        return filter.Length == Prefix.Length || filter[Prefix.Length] == '/'
            ? "MQTT5-4.8.2-1" : "MQTT5-4.8.2-2";
    }
}
