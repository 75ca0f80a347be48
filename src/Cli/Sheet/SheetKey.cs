namespace LightMq.Cli.Sheet;

/// <summary>A key that <c>lightmq.txt</c> may have.</summary>
/// <param name="Name">As the sample writes it.</param>
/// <param name="IsSecret">Whether its value is taken off the card once it was taken over.</param>
/// <param name="IsList">Whether it may stand several times; several values may also stand between commas,
/// unless it begins something of its own.</param>
/// <param name="Owner">The key whose nearest line above it belongs to; null: to the whole box.</param>
internal sealed record SheetKey(string Name, bool IsSecret = false, bool IsList = false, string? Owner = null);

/// <summary>All keys, and how a person may write them.</summary>
internal static class SheetKeys
{
    /// <summary>All of them, in the order of the sample.</summary>
    public static IReadOnlyList<SheetKey> All { get; } =
    [
        new("group"), new("device"), new("hostname"),
        new("central", IsList: true), new("central-ca"), new("access-key"), new("secret-key", IsSecret: true),
        new("auth-server"), new("app-server"), new("enrolment-code", IsSecret: true), new("server-ca"),
        new("upward", IsList: true), new("downward", IsList: true), new("token-resources", IsList: true),
        new("address"), new("gateway"), new("dns", IsList: true),
        new("wifi", IsList: true), new("wifi-password", IsSecret: true, Owner: "wifi"), new("wifi-country"),
        new("mqtt", IsList: true), new("mqtts", IsList: true), new("ws", IsList: true),
        new("wss", IsList: true), new("anonymous"),
        new("user", IsList: true), new("password", IsSecret: true, Owner: "user"),
        new("topics", IsList: true, Owner: "user"),
        new("lmq-groups", IsList: true), new("lmq-topics", IsList: true),
        new("sensors-group"), new("sensors-topic", IsList: true),
        new("full-disk"), new("admin-password", IsSecret: true), new("ssh-key", IsList: true),
        new("time-zone"), new("ntp", IsList: true), new("trusted-clock"), new("update-window"),
    ];

    // What people write instead, without the marks that IsSame leaves out.
    private static readonly Dictionary<string, string> OtherNames = new()
    {
        ["ssid"] = "wifi", ["wifissid"] = "wifi", ["wifiname"] = "wifi", ["wifikey"] = "wifi-password",
        ["wifipsk"] = "wifi-password", ["country"] = "wifi-country", ["ip"] = "address",
        ["ipaddress"] = "address", ["groupid"] = "group", ["devicename"] = "device",
        ["username"] = "user", ["enrollmentcode"] = "enrolment-code", ["ntpserver"] = "ntp",
        ["ntpservers"] = "ntp", ["ca"] = "central-ca", ["host"] = "hostname",
    };

    /// <summary>The key that is meant; null: none of ours. Letters may be of any case, and hyphens,
    /// underscores and spaces may be left out.</summary>
    public static SheetKey? Find(string written)
    {
        var bare = Bare(written);
        var name = OtherNames.GetValueOrDefault(bare);
        return All.FirstOrDefault(key => key.Name == name || (name is null && Bare(key.Name) == bare));
    }

    /// <summary>The key by its own name.</summary>
    public static SheetKey Of(string name) => All.First(key => key.Name == name);

    /// <summary>Its place among all keys.</summary>
    public static int PlaceOf(SheetKey key) => All.TakeWhile(other => other != key).Count();

    /// <summary>The key that looks most like what was written; null: none does.</summary>
    public static string? Nearest(string written)
    {
        var bare = Bare(written);
        var (name, distance) = All.Select(key => (key.Name, Distance(bare, Bare(key.Name))))
            .MinBy(static candidate => candidate.Item2);
        return distance <= Math.Max(2, bare.Length / 3) ? name : null;
    }

    private static string Bare(string written) => string.Concat(written
        .Where(static letter => letter is not ('-' or '_' or '.') && !char.IsWhiteSpace(letter)
            && letter is not '\u2010' and not '\u2011' and not '\u2013')
        .Select(char.ToLowerInvariant));

    // Levenshtein's: letters to add, leave out or replace.
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var (diagonal, left) = (row[0], i);
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                left = Math.Min(Math.Min(row[j], left) + 1, diagonal + (one[i - 1] == other[j - 1] ? 0 : 1));
                (diagonal, row[j]) = (row[j], left);
            }
        }
        return row[^1];
    }
}
