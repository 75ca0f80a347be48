using System.Buffers;

namespace LightMq.Lmq;

/// <summary>
/// A client id of the LMQ dialect, <c>GroupID@@@DeviceID</c> (LMQ-ID-1) with a well-formed group (LMQ-ID-2).
/// Whether the group is registered is the broker's to say.
/// </summary>
public readonly ref struct ClientIdName
{
    /// <summary>Longest client id; all its characters are single bytes.</summary>
    public const int CharactersMax = 64;

    private const int GroupBytesMin = 7;
    private const int GroupBytesMax = 32;

    // ASCII 0x21 to 0x7E.
    private static readonly SearchValues<byte> Visible = SearchValues.Create(
        "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"u8);

    private static readonly SearchValues<byte> LettersAndDigits = SearchValues.Create(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private ClientIdName(ReadOnlySpan<byte> group, ReadOnlySpan<byte> device)
    {
        Group = group;
        Device = device;
    }

    /// <summary>The group id.</summary>
    public ReadOnlySpan<byte> Group { get; }

    /// <summary>The device id, not empty.</summary>
    public ReadOnlySpan<byte> Device { get; }

    private static ReadOnlySpan<byte> Separator => "@@@"u8;

    private static ReadOnlySpan<byte> GroupPrefix => "GID_"u8;

    /// <summary>Takes a client id apart.</summary>
    /// <param name="clientId">The id as it stands in CONNECT.</param>
    /// <param name="name">Its parts, views into <paramref name="clientId"/>.</param>
    /// <returns>False if it is ill-formed, its group included: CONNACK 0x02.</returns>
    public static bool TryParse(ReadOnlySpan<byte> clientId, out ClientIdName name)
    {
        name = default;
        if (clientId.Length > CharactersMax || clientId.ContainsAnyExcept(Visible)) return false;
        var at = clientId.IndexOf(Separator);
        // One separator only, and "@@@@" is two that overlap.
        if (at < 0 || clientId[(at + 1)..].IndexOf(Separator) >= 0) return false;
        var device = clientId[(at + Separator.Length)..];
        if (device.IsEmpty || !IsGroupWellFormed(clientId[..at])) return false;
        name = new ClientIdName(clientId[..at], device);
        return true;
    }

    /// <summary>Whether a group id is <c>GID_</c> and letters or digits, 7 to 32 bytes (LMQ-ID-2).</summary>
    public static bool IsGroupWellFormed(ReadOnlySpan<byte> group) =>
        group.Length is >= GroupBytesMin and <= GroupBytesMax
        && group.StartsWith(GroupPrefix)
        && !group[GroupPrefix.Length..].ContainsAnyExcept(LettersAndDigits);
}
