namespace LightMq.Cli.Settings;

/// <summary>Everything that a sheet says, checked.</summary>
internal sealed record BoxSettings
{
    /// <summary>Name in the network.</summary>
    public string HostName { get; init; } = "lightmq";
    /// <summary>Group of the gateway; empty: it is none.</summary>
    public string Group { get; init; } = "";
    /// <summary>Name within the group.</summary>
    public string Device { get; init; } = "";
    /// <summary>Client id as a gateway; empty: it is none.</summary>
    public string ClientId => Group.Length > 0 && Device.Length > 0 ? $"{Group}@@@{Device}" : "";
    /// <summary>What is above; null: nothing.</summary>
    public CentralWish? Central { get; init; }
    /// <summary>Wired and wireless network.</summary>
    public NetworkWish Network { get; init; } = new();
    /// <summary>Listeners that face the local network.</summary>
    public IReadOnlyList<ListenerWish> Listeners { get; init; } = [];
    /// <summary>Whether plain ones of these let everybody in.</summary>
    public bool IsAnonymous { get; init; }
    /// <summary>Local users.</summary>
    public IReadOnlyList<UserWish> Users { get; init; } = [];
    /// <summary>Groups and parent topics of listeners that speak LMQ.</summary>
    public IReadOnlyList<string> LmqGroups { get; init; } = [];
    /// <summary>See <see cref="LmqGroups"/>.</summary>
    public IReadOnlyList<string> LmqTopics { get; init; } = [];
    /// <summary>Access key for listeners that speak LMQ, and for the central; empty: none.</summary>
    public string AccessKey { get; init; } = "";
    /// <summary>Its secret.</summary>
    public string SecretKey { get; init; } = "";
    /// <summary>Group under which stock sensors go up; empty: under the names that they have.</summary>
    public string SensorsGroup { get; init; } = "";
    /// <summary>Their topics: filter here, name above.</summary>
    public IReadOnlyList<(string Filter, string Topic)> SensorTopics { get; init; } = [];
    /// <summary>What a full disk does.</summary>
    public string FullDisk { get; init; } = "stop";
    /// <summary>Hash of the console's password; empty: none. There is no console yet.</summary>
    public string AdminPassword { get; init; } = "";
    /// <summary>Keys that may log in by ssh; none: nobody.</summary>
    public IReadOnlyList<string> SshKeys { get; init; } = [];
    /// <summary>Name in the database of time zones.</summary>
    public string TimeZone { get; init; } = "UTC";
    /// <summary>Time servers; none: the system's.</summary>
    public IReadOnlyList<string> TimeServers { get; init; } = [];
    /// <summary>Whether the board has a clock of its own that is right.</summary>
    public bool IsClockTrusted { get; init; }
    /// <summary>When the box may start anew after an update, as 02:00-04:00; empty: at once.</summary>
    public string UpdateWindow { get; init; } = "";

    /// <summary>Hides what is secret.</summary>
    public override string ToString() => ClientId.Length > 0 ? ClientId : HostName;
}

/// <summary>How the uplink logs in above.</summary>
internal enum CentralLogin
{
    /// <summary>Access key and signature.</summary>
    Signature,
    /// <summary>Tokens from an auth server, for the access key.</summary>
    AuthServer,
    /// <summary>Tokens from an app server, for a key of the box's own that enrolled once.</summary>
    AppServer,
}

/// <summary>What is above.</summary>
internal sealed record CentralWish
{
    /// <summary>Addresses, tried in turn.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];
    /// <summary>Whom TLS trusts there, in PEM; empty: the system's authorities.</summary>
    public string Authority { get; init; } = "";
    /// <summary>Whom HTTPS trusts, in PEM; empty: the system's authorities.</summary>
    public string ServerAuthority { get; init; } = "";
    /// <summary>Login.</summary>
    public CentralLogin Login { get; init; }
    /// <summary>Of the server that gives tokens.</summary>
    public string ServerUrl { get; init; } = "";
    /// <summary>Serves once; empty: none.</summary>
    public string EnrolmentCode { get; init; } = "";
    /// <summary>What goes up, by topics here.</summary>
    public IReadOnlyList<string> Upward { get; init; } = [];
    /// <summary>What comes down.</summary>
    public IReadOnlyList<string> Downward { get; init; } = [];
    /// <summary>What tokens shall cover.</summary>
    public IReadOnlyList<string> Resources { get; init; } = [];

    /// <summary>Hides what is secret.</summary>
    public override string ToString() => string.Join(", ", Addresses);
}

/// <summary>The network.</summary>
internal sealed record NetworkWish
{
    /// <summary>Wired address with its prefix length, as 192.168.1.5/24; empty: DHCP.</summary>
    public string Address { get; init; } = "";
    /// <summary>Gateway of a static address; empty: none.</summary>
    public string Gateway { get; init; } = "";
    /// <summary>Name servers; none: those of DHCP.</summary>
    public IReadOnlyList<string> NameServers { get; init; } = [];
    /// <summary>Wireless networks, the best first.</summary>
    public IReadOnlyList<WifiWish> Wifis { get; init; } = [];
    /// <summary>Where the box is, in two letters.</summary>
    public string WifiCountry { get; init; } = "";
}

/// <summary>A wireless network.</summary>
/// <param name="Name">SSID.</param>
/// <param name="Password">Empty: it is open.</param>
internal sealed record WifiWish(string Name, string Password)
{
    /// <summary>Hides what is secret.</summary>
    public override string ToString() => Name;
}

/// <summary>A listener that faces the local network.</summary>
/// <param name="Transport">tcp, tls, ws or wss.</param>
/// <param name="IsLmq">Whether it speaks LMQ, or plain MQTT.</param>
/// <param name="Port">TCP port.</param>
internal sealed record ListenerWish(string Transport, bool IsLmq, int Port);

/// <summary>A local user.</summary>
/// <param name="Name">User name.</param>
/// <param name="Hash">Of the password.</param>
/// <param name="Rules">Filters, and what may be done there: read, write, readwrite.</param>
internal sealed record UserWish(
    string Name, string Hash, IReadOnlyList<(string Filter, string Access)> Rules)
{
    /// <summary>Hides what is secret.</summary>
    public override string ToString() => Name;
}
