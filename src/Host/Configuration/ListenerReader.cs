using System.Net;
using LightMq.Broker.Settings;
using LightMq.Net;
using LightMq.Net.WebSocket;
using LightMq.Service.Configuration;

namespace LightMq.Host.Configuration;

/// <summary>Reads where the broker listens, what is spoken there, and who is let in.</summary>
internal static class ListenerReader
{
    private const string AnyAddress =
        "an address and a port, as 127.0.0.1:1883, [::1]:1883 or ws://0.0.0.0:80; before :// may stand "
        + "tcp, tls, ws, wss or flash-policy";

    /// <summary>A transport's name before an address, and its port where none is named (LMQ-NET-2).</summary>
    private static readonly (string Scheme, ListenerTransport Transport, int Port)[] Schemes =
    [
        ("tcp", ListenerTransport.Tcp, 1883), ("mqtt", ListenerTransport.Tcp, 1883),
        ("tls", ListenerTransport.Tls, 8883), ("mqtts", ListenerTransport.Tls, 8883),
        ("ws", ListenerTransport.WebSocket, 80), ("wss", ListenerTransport.SecureWebSocket, 443),
        ("flash-policy", ListenerTransport.FlashPolicy, 843),
    ];

    /// <summary>The transport's name, as it stands before an address.</summary>
    public static string SchemeOf(ListenerTransport transport) =>
        Schemes.First(scheme => scheme.Transport == transport).Scheme;

    /// <summary>Those of --listen in the place of those configured; neither: the defaults.</summary>
    public static List<ListenerSettings> Read(SettingsSection root, BrokerOptions broker)
    {
        var upgrade = ReadUpgrade(root.Section("WebSocket"));
        var isNamed = root.Has("Listeners");
        if (root.Has(CommandLine.ListenKey)) return ReadCommandLine(root, broker, upgrade);
        if (isNamed)
        {
            var listeners = root.List("Listeners", section => Read(section, broker, upgrade, false));
            if (listeners.Count > 0) return listeners;
            throw new ConfigurationError("Listeners",
                "is empty, so nobody could connect: name an address, or leave the key out for "
                + "127.0.0.1:1883");
        }
        return [new ListenerSettings(new IPEndPoint(IPAddress.Loopback, 1883), new ListenerOptions())];
    }

    private static UpgradeRules ReadUpgrade(SettingsSection section)
    {
        var paths = section.Texts("Paths", "a path, as /mqtt",
            static text => text.StartsWith('/')
                && text.All(static letter => letter is > ' ' and <= '~' and not '?'));
        var origins = section.Texts("AllowedOrigins", "an origin, as https://console.example",
            static text => text.Contains("://") && !text.EndsWith('/'));
        section.RefuseOthers();
        return new UpgradeRules(paths.Count == 0 ? UpgradeRules.Default.Paths : paths, origins);
    }

    /// <summary>Errors name the option that the user typed.</summary>
    private static List<ListenerSettings> ReadCommandLine(
        SettingsSection root, BrokerOptions broker, UpgradeRules upgrade)
    {
        try
        {
            var isAnonymous = broker.Users.Count == 0;
            return root.List(
                CommandLine.ListenKey, section => Read(section, broker, upgrade, isAnonymous));
        }
        catch (ConfigurationError wrong) when (wrong.Key.StartsWith(CommandLine.ListenKey))
        {
            throw new ConfigurationError(
                wrong.Key.EndsWith(":Dialect") ? "--dialect" : CommandLine.ListenKey, wrong.Complaint);
        }
    }

    private static ListenerSettings Read(
        SettingsSection section, BrokerOptions broker, UpgradeRules upgrade, bool isPlainAnonymous)
    {
        var address = section.Text("Address", "", AnyAddress, static text => TryParse(text, out _, out _));
        _ = TryParse(address, out var endPoint, out var transport);
        transport = ReadTransport(section, transport, address.Contains("://"));
        var name = section.Text("Name", SchemeOf(transport), "a name of 1 to 32 characters",
            static text => text.Length is > 0 and <= 32);
        var dialect = section.Choice("Dialect", Dialect.Lmq, ("lmq", Dialect.Lmq), ("plain", Dialect.Plain));
        var isAnonymous = section.Switch("Anonymous", isPlainAnonymous && dialect == Dialect.Plain);
        var isOpenToNetwork = section.Switch("AllowAnonymousFromNetwork", false);
        // Nobody logs in for a Flash policy.
        if (transport != ListenerTransport.FlashPolicy)
            NeedLogins(section, broker, dialect, isAnonymous);
        if (isAnonymous && !isOpenToNetwork && !IPAddress.IsLoopback(endPoint.Address)
            && transport != ListenerTransport.FlashPolicy)
            throw section.Contradiction("Address",
                $"with '{address}' everybody on the network could log in: configure Users, take 127.0.0.1, "
                + "or set AllowAnonymousFromNetwork (--allow-anonymous-from-network) if that is meant");
        var options = new ListenerOptions { Name = name, Dialect = dialect, Anonymous = isAnonymous };
        TlsSettings? tls = null;
        if (transport is ListenerTransport.Tls or ListenerTransport.SecureWebSocket)
        {
            tls = TlsReader.Read(section);
            options = TlsReader.ReadMapping(section, options, tls);
        }
        else TlsReader.Refuse(section);
        return new ListenerSettings(endPoint, options)
        {
            Transport = transport, Upgrade = upgrade, Tls = tls,
        };
    }

    /// <summary>It may stand before the address or in a key of its own.</summary>
    private static ListenerTransport ReadTransport(
        SettingsSection section, ListenerTransport inAddress, bool isInAddress)
    {
        var transport = section.Choice("Transport", inAddress, ("tcp", ListenerTransport.Tcp),
            ("tls", ListenerTransport.Tls), ("ws", ListenerTransport.WebSocket),
            ("wss", ListenerTransport.SecureWebSocket), ("flash-policy", ListenerTransport.FlashPolicy));
        if (isInAddress && transport != inAddress)
            throw section.Contradiction("Transport",
                $"is {SchemeOf(transport)}, but the address says {SchemeOf(inAddress)}");
        return transport;
    }

    private static void NeedLogins(
        SettingsSection section, BrokerOptions broker, Dialect dialect, bool isAnonymous)
    {
        if (dialect == Dialect.Lmq && isAnonymous)
            throw section.Contradiction("Anonymous",
                "true does not go with dialect lmq: its clients sign their logins");
        if (dialect == Dialect.Plain && !isAnonymous && broker.Users.Count == 0)
            throw section.Contradiction("Anonymous",
                "false without Users: nobody could log in; set it to true, or configure Users");
    }

    /// <summary>Only an address with a transport before it may leave out the port.</summary>
    private static bool TryParse(string text, out IPEndPoint endPoint, out ListenerTransport transport)
    {
        (endPoint, transport) = (new IPEndPoint(IPAddress.None, 0), ListenerTransport.Tcp);
        var at = text.IndexOf("://", StringComparison.Ordinal);
        var address = at < 0 ? text : text[(at + 3)..];
        var port = 0;
        if (at >= 0)
        {
            var known = Schemes.FirstOrDefault(
                scheme => text.AsSpan(0, at).Equals(scheme.Scheme, StringComparison.OrdinalIgnoreCase));
            if (known.Scheme is null) return false;
            (_, transport, port) = known;
        }
        if (!HasPort(address) && (at < 0 || address.Contains(':') && !address.StartsWith('['))) return false;
        if (!IPEndPoint.TryParse(address, out var parsed)) return false;
        endPoint = HasPort(address) ? parsed : new IPEndPoint(parsed.Address, port);
        return true;
    }

    private static bool HasPort(string address) =>
        address.StartsWith('[') ? address.Contains("]:") : address.Count(static letter => letter == ':') == 1;
}
