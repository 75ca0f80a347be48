using System.Globalization;
using System.Text;
using LightMq.Cli.Sheet;
using LightMq.Lmq;
using LightMq.Mqtt;

namespace LightMq.Cli.Settings;

/// <summary>Reads which listeners face the local network, and who may log in there.</summary>
internal static class ListenerReader
{
    /// <summary>The broker's port for the programs of the box itself.</summary>
    public const int LocalPort = 11_883;
    /// <summary>The image opens these and higher ones to services, which have no privileges.</summary>
    public const int PortMin = 80;

    private const string ListenerForm =
        "off, plain or lmq, with a port behind it if it shall be another one, as plain 1884";
    private const int PasswordMin = 8;

    // Key, transport, port; what faces the network of what a sheet with users does not mention.
    private static readonly (string Key, string Transport, int Port, bool IsUsual)[] Kinds =
    [
        ("mqtt", "tcp", 1883, true), ("mqtts", "tls", 8883, true), ("ws", "ws", 80, false),
        ("wss", "wss", 443, false),
    ];

    /// <summary>Reads listeners, users and what LMQ listeners know.</summary>
    public static BoxSettings Read(SheetFacts facts, BoxSettings settings)
    {
        settings = settings with
        {
            IsAnonymous = facts.Switch("anonymous"),
            Users = [.. facts.Sheet.All("user").Select(entry => User(facts, entry))],
        };
        settings = settings with { Listeners = Listeners(facts, settings) };
        var hasPlain = settings.Listeners.Any(static listener => !listener.IsLmq);
        if (hasPlain && settings.Users.Count == 0 && !settings.IsAnonymous)
            facts.Wrong(facts.LineOf(Kinds.First(kind => facts.Has(kind.Key)).Key),
                "nobody could log in here: add a line user = NAME with password = ... below it, or, if "
                    + "everybody "
                + "on the network may publish and read, anonymous = yes");
        if (settings.IsAnonymous && !hasPlain)
            facts.Wrong(facts.LineOf("anonymous"),
                "anonymous is of no use without a plain listener; add: mqtt = plain, or leave it out");
        return ReadLmq(facts, settings);
    }

    private static List<ListenerWish> Listeners(SheetFacts facts, BoxSettings settings)
    {
        var listeners = new List<ListenerWish>();
        foreach (var (key, transport, port, isUsual) in Kinds)
        {
            if (!facts.Has(key))
            {
                // Whoever names users wants them to get in; nobody gets in where nobody is named.
                if (isUsual && settings.Users.Count > 0 && !Kinds.Any(kind => facts.Has(kind.Key)))
                    listeners.Add(new ListenerWish(transport, false, port));
                continue;
            }
            foreach (var item in facts.Items(key))
                if (!TryListener(item.Text, transport, port, out var listener))
                    facts.Wrong(item.Line, $"{key}: '{item.Text}' is not {ListenerForm}");
                else if (PortRefusal(listener) is { } refusal)
                    facts.Wrong(item.Line, $"{key}: '{item.Text}' cannot be: {refusal}");
                else if (listener is not null) listeners.Add(listener);
        }
        foreach (var twice in listeners.GroupBy(static listener => listener.Port).Where(
            static group => group.Count() > 1))
            facts.Wrong(facts.LineOf(Kinds.Last(kind => kind.Transport == twice.Last().Transport).Key),
                $"port {twice.Key} is taken twice; write another one behind plain or lmq, as lmq 1884");
        return listeners;
    }

    private static bool TryListener(string text, string transport, int port, out ListenerWish? listener)
    {
        listener = null;
        var words = text.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words is ["off" or "no"]) return true;
        if (words.Length > 2 || words[0] is not ("plain" or "lmq" or "on" or "yes")) return false;
        if (words.Length == 2
            && (!int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out port)
            || port > 65_535)) return false;
        listener = new ListenerWish(transport, words[0] == "lmq", port);
        return true;
    }

    // Why the broker could not have it, and would not start at all.
    private static string? PortRefusal(ListenerWish? listener) => listener?.Port switch
    {
        < PortMin => $"ports below {PortMin} are the system's, as 22 is ssh's; take {PortMin} or higher",
        LocalPort => $"port {LocalPort} is the box's own; take another one",
        _ => null,
    };

    private static UserWish User(SheetFacts facts, SheetEntry entry)
    {
        if (!BoxReader.IsVisible(entry.Value)) facts.Wrong(entry, "a name of 1 to 64 visible characters");
        else if (entry.Value.StartsWith("lightmq-", StringComparison.OrdinalIgnoreCase))
            facts.Wrong(entry.Line, $"user: '{entry.Value}' begins with lightmq-, as the box's own users do; "
                + "take another name");
        if (facts.Sheet.All("user").Any(other => other.Value == entry.Value && other.Line < entry.Line))
            facts.Wrong(entry.Line, $"user: '{entry.Value}' stands here twice; leave one of them out");
        var password = facts.Sheet.Find("password", entry);
        if (password is null)
            facts.Wrong(entry.Line, $"user: '{entry.Value}' has no password, and the box has none for "
                + "this user; "
                + "write below it: password = ...");
        else if (!PasswordHash.IsHash(password.Value) && password.Value.Length is < PasswordMin or > 256)
            facts.Wrong(password, $"a password of {PasswordMin} to 256 characters");
        var rules = facts.Items("topics", entry).Select(item => Rule(facts, item)).ToList();
        if (rules.Count == 0) rules.Add(("#", "readwrite"));
        return new UserWish(entry.Value, password?.Value ?? "", rules);
    }

    private static (string Filter, string Access) Rule(SheetFacts facts, SheetItem item)
    {
        var words = item.Text.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries);
        var access = words.Length == 2 ? words[0].ToLowerInvariant() : "readwrite";
        var filter = words[^1].Trim();
        if (access is not ("read" or "write" or "readwrite"))
            facts.Wrong(item.Line, $"topics: '{item.Text}' is not a filter with read, write or nothing "
                + "before it, "
                + "as read cmd/#; between several there is a comma");
        else if (!IsFilter(filter))
            facts.Wrong(item.Line, $"topics: '{filter}' is not a topic filter, as plant/+/temperature or "
                + "plant/#");
        return (filter, access);
    }

    private static BoxSettings ReadLmq(SheetFacts facts, BoxSettings settings)
    {
        var groups = facts.Items("lmq-groups", "GID_ and letters or digits, as GID_plant",
            static text => ClientIdName.IsGroupWellFormed(Encoding.UTF8.GetBytes(text)));
        var topics = facts.Items("lmq-topics", "one level without / and wildcards, as plant",
            static text => IsFilter(text) && !text.AsSpan().ContainsAny("/+#$") && text.Length <= 64);
        if (!settings.Listeners.Any(static listener => listener.IsLmq))
        {
            foreach (var key in (ReadOnlySpan<string>)["lmq-groups", "lmq-topics"])
                if (facts.Has(key)) facts.Wrong(facts.LineOf(key),
                    $"{key} is of no use without a listener that speaks lmq; add: mqtt = lmq, or leave it "
                        + "out");
            return settings;
        }
        if (!facts.Has("access-key") || !facts.Has("secret-key"))
            facts.Wrong(0, "a listener that speaks lmq needs access-key and secret-key, with which its "
                + "clients "
                + "sign their logins; add both, or take plain");
        var parents = topics.Select(static item => item.Text);
        if (topics.Count == 0 && settings.Central is { } central)
            parents = central.Upward.Concat(central.Downward).Select(static filter => filter.Split('/')[0])
                .Where(static level => level is not ("+" or "#" or ""));
        var named = groups.Count > 0 ? groups.Select(static item => item.Text) : [settings.Group];
        settings = settings with
        {
            LmqGroups = [.. named.Where(static name => name.Length > 0).Distinct()],
            LmqTopics = [.. parents.Distinct()],
        };
        if (settings.LmqGroups.Count == 0) facts.Missing("lmq-groups",
            "a listener that speaks lmq serves clients of these groups", "GID_plant");
        if (settings.LmqTopics.Count == 0) facts.Missing("lmq-topics",
            "at a listener that speaks lmq topics begin with one of these", "plant");
        return settings;
    }

    /// <summary>Whether a text is a topic filter.</summary>
    public static bool IsFilter(string text) =>
        !text.Any(char.IsControl) && Topics.IsValidFilter(Encoding.UTF8.GetBytes(text));
}
