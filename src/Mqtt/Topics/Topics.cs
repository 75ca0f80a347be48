using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text.Unicode;

namespace LightMq.Mqtt;

/// <summary>Topic names and filters (MQTT 3.1.1, section 4.7), as UTF-8.</summary>
public static class Topics
{
    private static readonly SearchValues<byte> NotInNames = SearchValues.Create("\0+#"u8);

    /// <summary>Whether it can be published to: UTF-8, at least one byte, no U+0000, no wildcard.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsValidName(ReadOnlySpan<byte> topic) =>
        IsPlainName(topic) || ((uint)(topic.Length - 1) < ushort.MaxValue
            && !topic.ContainsAny(NotInNames) && Utf8.IsValid(topic));

    /// <summary>Whether it can be subscribed to: as a name, but wildcards where they may stand.</summary>
    public static bool IsValidFilter(ReadOnlySpan<byte> filter) =>
        (uint)(filter.Length - 1) < ushort.MaxValue && !filter.Contains((byte)0) && Utf8.IsValid(filter)
        && WildcardBreach(filter) is null;

    /// <summary>
    /// Whether a filter covers a topic name, both valid. A filter that starts with a wildcard covers no topic
    /// that starts with <c>$</c> (MQTT-4.7.2-1).
    /// </summary>
    public static bool Matches(ReadOnlySpan<byte> filter, ReadOnlySpan<byte> topic)
    {
        if (topic.Length > 0 && topic[0] == '$' && filter.Length > 0 && filter[0] is (byte)'+' or (byte)'#')
            return false;
        while (true)
        {
            var filterEnd = filter.IndexOf((byte)'/');
            var level = filterEnd < 0 ? filter : filter[..filterEnd];
            if (level is [(byte)'#']) return true;
            var topicEnd = topic.IndexOf((byte)'/');
            if (level is not [(byte)'+'] && !level.SequenceEqual(topicEnd < 0 ? topic : topic[..topicEnd]))
                return false;
            // "a/#" covers the parent "a" as well (section 4.7.1.2).
            if (topicEnd < 0) return filterEnd < 0 || filter[(filterEnd + 1)..] is [(byte)'#'];
            if (filterEnd < 0) return false;
            filter = filter[(filterEnd + 1)..];
            topic = topic[(topicEnd + 1)..];
        }
    }

    /// <summary>Throws for a filter, UTF-8 without U+0000, that is empty or misplaces a wildcard.</summary>
    internal static void CheckFilter(ReadOnlySpan<byte> filter)
    {
        if (filter.IsEmpty)
            ProtocolError.Throw("MQTT-4.7.3-1", "filter is empty", ReasonCode.TopicFilterInvalid);
        if (WildcardBreach(filter) is { } clause)
            ProtocolError.Throw(clause, "wildcard where none may stand", ReasonCode.TopicFilterInvalid);
    }

    /// <summary>The same, of a version: 5.0 knows shared subscriptions.</summary>
    internal static void CheckFilter(ReadOnlySpan<byte> filter, ProtocolVersion version)
    {
        CheckFilter(filter);
        if (version == ProtocolVersion.V500 && SharedFilter.Breach(filter) is { } clause)
            ProtocolError.Throw(
                clause, "not the form of a shared subscription", ReasonCode.TopicFilterInvalid);
    }

    // One pass, for nearly all publishes: true for a name of 4 to 64 bytes that is ASCII and breaks no rule;
    // false says that it must be looked at closely.
    private static bool IsPlainName(ReadOnlySpan<byte> topic)
    {
        if (!Vector128.IsHardwareAccelerated || (uint)(topic.Length - 4) > 60) return false;
        if (topic.Length < 8)
        {
            var both = (ulong)BinaryPrimitives.ReadUInt32LittleEndian(topic) << 32
                | BinaryPrimitives.ReadUInt32LittleEndian(topic[^4..]);
            return Unusual(Vector128.Create(both).AsByte()) == default;
        }
        if (topic.Length < 16)
            return Unusual(Vector128.Create(
                BinaryPrimitives.ReadUInt64LittleEndian(topic),
                BinaryPrimitives.ReadUInt64LittleEndian(topic[^8..])).AsByte()) == default;
        // The last 16 bytes overlap with those before them.
        var unusual = Unusual(Vector128.Create(topic[^16..]));
        for (; topic.Length > 16; topic = topic[16..]) unusual |= Unusual(Vector128.Create(topic));
        return unusual == default;
    }

    // A bit in each byte that is U+0000, a wildcard or no ASCII.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Unusual(Vector128<byte> bytes) =>
        Vector128.Equals(bytes, Vector128<byte>.Zero)
        | Vector128.Equals(bytes, Vector128.Create((byte)'+'))
        | Vector128.Equals(bytes, Vector128.Create((byte)'#'))
        | (bytes & Vector128.Create((byte)0x80));

    // The clause that a wildcard breaks: '#' is last and a whole level, '+' is a whole level.
    private static string? WildcardBreach(ReadOnlySpan<byte> filter)
    {
        for (var at = 0; ; at++)
        {
            var next = filter[at..].IndexOfAny((byte)'#', (byte)'+');
            if (next < 0) return null;
            at += next;
            var starts = at == 0 || filter[at - 1] == '/';
            var isLast = at == filter.Length - 1;
            if (filter[at] == '#' && !(starts && isLast)) return "MQTT-4.7.1-2";
            if (!starts || !(isLast || filter[at + 1] == '/')) return "MQTT-4.7.1-3";
        }
    }
}
