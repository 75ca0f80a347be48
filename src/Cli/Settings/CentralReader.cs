using System.Text;
using LightMq.Lmq;

namespace LightMq.Cli.Settings;

/// <summary>Reads what is above the box, how it logs in there, and what goes up and down.</summary>
internal static class CentralReader
{
    private const string AddressForm = "an address, as central.example:8883 or tcp://192.168.1.2:1883";
    private const string FilterForm = "a topic or filter of at most 64 characters, as plant/#";

    private static readonly string[] Needless =
        ["central-ca", "auth-server", "app-server", "enrolment-code", "server-ca", "upward", "downward",
            "token-resources"];

    /// <summary>Reads it; null: there is nothing above.</summary>
    public static CentralWish? Read(SheetFacts facts, BoxSettings settings)
    {
        if (!facts.Has("central")) return null;
        facts.Missing("group", "the central knows this box by its group and device", "GID_plant");
        if (settings.Device.Length == 0) facts.Missing("device",
            "the central knows this box by its group and device", "gateway7");
        facts.Missing("upward", "without it nothing would go up to the central; # stands for everything",
            "plant/#");
        var central = new CentralWish
        {
            Addresses = [.. facts.Items("central", AddressForm, IsAddress)
                .Select(static item => WithScheme(item.Text))],
            Authority = PemReader.Read(facts, "central-ca"),
            Upward = Filters(facts, "upward"),
            Downward = Filters(facts, "downward"),
        };
        central = ReadLogin(facts, central) with
        {
            ServerAuthority = facts.Text("server-ca").ToLowerInvariant() switch
            {
                "" => central.Authority,
                "system" => "",
                _ => PemReader.Read(facts, "server-ca"),
            },
        };
        var resources = Filters(facts, "token-resources");
        if (resources.Length > 0 && central.Login != CentralLogin.AuthServer)
            facts.Wrong(facts.LineOf("token-resources"),
                "token-resources is asked of an auth-server only; leave it out");
        return central with { Resources = resources };
    }

    /// <summary>Keys that mean nothing where there is no central.</summary>
    public static void RefuseWithout(SheetFacts facts)
    {
        foreach (var key in Needless)
            if (facts.Has(key))
                facts.Wrong(facts.LineOf(key), $"{key} is of no use without a line central = ADDRESS; add that, "
                    + "or leave this out");
    }

    private static CentralWish ReadLogin(SheetFacts facts, CentralWish central)
    {
        var auth = Url(facts, "auth-server");
        var app = Url(facts, "app-server");
        if (facts.Has("auth-server") && facts.Has("app-server"))
            facts.Wrong(facts.LineOf("app-server"),
                "app-server and auth-server both give tokens; leave one of them out");
        if (facts.Has("app-server"))
        {
            facts.Missing("enrolment-code", "the app-server asks for it once; its operator gives it out",
                "ABCD-EFGH");
            return central with
            {
                Login = CentralLogin.AppServer, ServerUrl = app,
                EnrolmentCode = facts.Text("enrolment-code", "a code of 1 to 256 visible characters", IsCode),
            };
        }
        if (facts.Has("enrolment-code"))
            facts.Wrong(facts.LineOf("enrolment-code"),
                "enrolment-code is for an app-server, which is missing; add: app-server = https://...");
        var login = facts.Has("auth-server") ? CentralLogin.AuthServer : CentralLogin.Signature;
        if (!facts.Has("access-key") && !facts.Has("enrolment-code"))
            facts.Wrong(0, "access-key is missing: the box logs in at the central with access-key and "
                + "secret-key, or with enrolment-code and app-server. Add a line such as: access-key = ...");
        else if (!facts.Has("secret-key") && !facts.Has("enrolment-code"))
            facts.Wrong(facts.LineOf("access-key"), "secret-key is missing beside access-key, and the box has "
                + "none for this access-key; add a line: secret-key = ...");
        return central with { Login = login, ServerUrl = auth };
    }

    private static string[] Filters(SheetFacts facts, string key) =>
        [.. facts.Items(key, FilterForm, static text => TokenResource.IsWellFormed(Encoding.UTF8.GetBytes(text)))
            .Select(static item => item.Text).Distinct()];

    private static string Url(SheetFacts facts, string key) =>
        facts.Text(key, "an address that begins with https:// or http://", static text =>
            Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            && url.UserInfo.Length == 0 && url.Query.Length == 0).TrimEnd('/');

    private static bool IsCode(string text) =>
        text.Length is > 0 and <= 256 && text.All(static letter => letter is > ' ' and < (char)127);

    // Over a network that is not ours: TLS, unless something else is said.
    private static string WithScheme(string text) => text.Contains("://") ? text : "tls://" + text;

    private static bool IsAddress(string text)
    {
        var at = text.IndexOf("://", StringComparison.Ordinal);
        if (at >= 0 && text[..at].ToLowerInvariant() is not ("tcp" or "tls")) return false;
        var rest = at < 0 ? text : text[(at + 3)..];
        var colon = rest.LastIndexOf(':');
        if (colon >= 0 && !rest.EndsWith(']') && (rest[0] == '[' || rest.IndexOf(':') == colon))
        {
            if (!ushort.TryParse(rest.AsSpan(colon + 1), System.Globalization.NumberStyles.None, null, out var port)
                || port == 0) return false;
            rest = rest[..colon];
        }
        rest = rest.Trim('[', ']');
        return rest.Length > 0 && Uri.CheckHostName(rest) != UriHostNameType.Unknown;
    }
}
