using System.Buffers.Binary;
using System.Text;
using LightMq.Cli.Sheet;

namespace LightMq.Cli.Settings;

/// <summary>Reads how the box is looked after: clock, full disk, ssh, console, updates.</summary>
internal static class KeepingReader
{
    private const int PasswordMin = 8;

    private static readonly string[] KeyTypes =
    [
        "ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
        "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
    ];

    /// <summary>Reads it.</summary>
    public static BoxSettings Read(SheetFacts facts, BoxSettings settings, string zones)
    {
        var zone = facts.Text("time-zone", "a time zone, as Europe/Berlin or UTC",
            text => IsZone(text, zones));
        return settings with
        {
            FullDisk = facts.Choice("full-disk", "stop", "drop-oldest", "drop-newest"),
            AdminPassword = AdminPassword(facts),
            SshKeys = SshKeys(facts),
            TimeZone = zone.Length > 0 ? zone : "UTC",
            TimeServers = [.. facts.Items("ntp", "a host name or an IP address",
                static text => Uri.CheckHostName(text) != UriHostNameType.Unknown)
                .Select(static item => item.Text)],
            IsClockTrusted = facts.Switch("trusted-clock"),
            UpdateWindow = facts.Text("update-window", "two times of day with a hyphen between, as 02:00-04:00",
                static text => DayWindow.TryParse(text, out _)),
        };
    }

    private static string AdminPassword(SheetFacts facts)
    {
        if (facts.Sheet.Find("admin-password") is not { } entry
            || entry.Value.Equals("none", StringComparison.OrdinalIgnoreCase)) return "";
        if (!PasswordHash.IsHash(entry.Value) && entry.Value.Length is < PasswordMin or > 256)
            facts.Wrong(entry, $"a password of {PasswordMin} to 256 characters, or none");
        return entry.Value;
    }

    private static List<string> SshKeys(SheetFacts facts)
    {
        var keys = new List<string>();
        foreach (var entry in facts.Sheet.All("ssh-key"))
            if (IsSshKey(entry.Value)) keys.Add(entry.Value);
            else facts.Wrong(entry.Line, "ssh-key is not the public half of a key, as the file id_ed25519.pub holds "
                + "it: ssh-ed25519 AAAA... NAME, all in one line"
                + (entry.Value.Contains("PRIVATE", StringComparison.Ordinal)
                    ? ". This is the private half: it must stay with you; take it off this card" : ""));
        return keys;
    }

    // The type stands before the key and, with its length, in it.
    private static bool IsSshKey(string text)
    {
        var words = text.Split((char[]?)null, 3, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 2 || !KeyTypes.Contains(words[0]) || text.Any(char.IsControl)) return false;
        var bytes = new byte[words[1].Length];
        if (!Convert.TryFromBase64String(words[1], bytes, out var length) || length < 40) return false;
        var type = Encoding.ASCII.GetBytes(words[0]);
        return BinaryPrimitives.ReadInt32BigEndian(bytes) == type.Length
            && bytes.AsSpan(4, type.Length).SequenceEqual(type);
    }

    private static bool IsZone(string text, string zones)
    {
        if (text.Split('/') is not { Length: >= 1 and <= 3 } parts) return false;
        if (!parts.All(static part => part.Length > 0 && part.All(static letter =>
            char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '+'))) return false;
        return !Directory.Exists(zones) || text == "UTC" || File.Exists(Path.Combine(zones, text));
    }
}
