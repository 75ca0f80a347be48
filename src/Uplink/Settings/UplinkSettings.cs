using LightMq.Lmq;
using LightMq.Service.Configuration;
using LightMq.Uplink.Bridging;
using LightMq.Uplink.Wire;

namespace LightMq.Uplink.Settings;

/// <summary>How the uplink says who it is.</summary>
internal enum LoginKind
{
    /// <summary>It does not.</summary>
    None,
    /// <summary>User name and password.</summary>
    Password,
    /// <summary>Access key and signature (LMQ-AUTH-1).</summary>
    Signature,
    /// <summary>A token, uploaded after CONNECT (LMQ-AUTH-2).</summary>
    Token,
}

/// <summary>Login at a broker. Shows itself without the secret.</summary>
/// <param name="Kind">How.</param>
/// <param name="User">User name or access key.</param>
/// <param name="Secret">Password or secret key.</param>
internal sealed record LoginSettings(LoginKind Kind, string User, string Secret)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Kind} {User}";
}

/// <summary>The local broker.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="ClientId">Client id of the bridge session there.</param>
/// <param name="Login">Login there.</param>
/// <param name="CaFile">Whom TLS trusts; empty: the system's authorities.</param>
/// <param name="KeepAliveSeconds">Keep-alive.</param>
internal sealed record LocalSettings(
    LinkAddress Address, string ClientId, LoginSettings Login, string CaFile, int KeepAliveSeconds);

/// <summary>The central.</summary>
internal sealed record CentralSettings
{
    /// <summary>Its addresses, tried in turn.</summary>
    public required IReadOnlyList<LinkAddress> Addresses { get; init; }
    /// <summary>Client id there.</summary>
    public required string ClientId { get; init; }
    /// <summary>Whether MQTT 5.0 is spoken, else 3.1.1.</summary>
    public required bool IsFive { get; init; }
    /// <summary>Login there.</summary>
    public required LoginSettings Login { get; init; }
    /// <summary>Whom TLS trusts; empty: the system's authorities.</summary>
    public required string CaFile { get; init; }
    /// <summary>Our certificate; empty: none.</summary>
    public required string CertificateFile { get; init; }
    /// <summary>Its key.</summary>
    public required string KeyFile { get; init; }
    /// <summary>Keep-alive.</summary>
    public required int KeepAliveSeconds { get; init; }
    /// <summary>Bound of the first wait between tries.</summary>
    public required int BackoffMilliseconds { get; init; }
    /// <summary>Bound of every wait.</summary>
    public required int BackoffMillisecondsMax { get; init; }
    /// <summary>Wait of an installation whose place another one took.</summary>
    public required int SupersededSeconds { get; init; }
    /// <summary>What comes down.</summary>
    public required IReadOnlyList<string> Filters { get; init; }
    /// <summary>Longest packet that comes down.</summary>
    public required int PacketBytesMax { get; init; }

    /// <inheritdoc/>
    public bool Equals(CentralSettings? other) =>
        other is not null && Scalars == other.Scalars && Addresses.SequenceEqual(other.Addresses)
        && Filters.SequenceEqual(other.Filters);

    /// <inheritdoc/>
    public override int GetHashCode() => Scalars.GetHashCode();

    private (string, bool, LoginSettings, string, string, string, int, int, int, int, int) Scalars =>
        (ClientId, IsFive, Login, CaFile, CertificateFile, KeyFile, KeepAliveSeconds, BackoffMilliseconds,
            BackoffMillisecondsMax, SupersededSeconds, PacketBytesMax);
}

/// <summary>Where tokens come from.</summary>
internal enum TokenSourceKind
{
    /// <summary>A file.</summary>
    File,
    /// <summary>The auth server, with an access key.</summary>
    AuthServer,
    /// <summary>The owner's app server, with the device's key.</summary>
    AppServer,
}

/// <summary>Where tokens come from, and what they shall permit.</summary>
internal sealed record TokenSettings
{
    /// <summary>The kind of source.</summary>
    public required TokenSourceKind Source { get; init; }
    /// <summary>The file.</summary>
    public string File { get; init; } = "";
    /// <summary>The server.</summary>
    public Uri? Url { get; init; }
    /// <summary>Whom HTTPS trusts; empty: the system's authorities.</summary>
    public string CaFile { get; init; } = "";
    /// <summary>The access key.</summary>
    public string AccessKey { get; init; } = "";
    /// <summary>Its secret.</summary>
    public string SecretKey { get; init; } = "";
    /// <summary>What the token shall permit.</summary>
    public TokenActions Actions { get; init; } = TokenActions.ReadWrite;
    /// <summary>Topics and filters between commas.</summary>
    public string Resources { get; init; } = "";
    /// <summary>How long it shall live.</summary>
    public int LifeSeconds { get; init; }
    /// <summary>File with the enrolment code; empty: none.</summary>
    public string EnrolmentCodeFile { get; init; } = "";

    /// <inheritdoc/>
    public override string ToString() => $"{Source} {Url?.Host}{File}";
}

/// <summary>What the bridge is bounded by, and the new names of topics.</summary>
/// <param name="Options">Bounds.</param>
/// <param name="Up">New names upward.</param>
/// <param name="Down">New names downward.</param>
internal sealed record CarriageSettings(
    BridgeOptions Options, IReadOnlyList<TopicRule> Up, IReadOnlyList<TopicRule> Down)
{
    /// <summary>The options with the maps.</summary>
    public BridgeOptions Bridge => Options with { Up = new TopicMap(Up), Down = new TopicMap(Down) };

    /// <inheritdoc/>
    public bool Equals(CarriageSettings? other) =>
        other is not null && Options == other.Options && Up.SequenceEqual(other.Up)
        && Down.SequenceEqual(other.Down);

    /// <inheritdoc/>
    public override int GetHashCode() => Options.GetHashCode();
}

/// <summary>Where the uplink keeps what must survive a restart.</summary>
/// <param name="Directory">The directory.</param>
/// <param name="RefusedBytesMax">Bytes of refused messages.</param>
/// <param name="StatusFile">Where the state of the link is told; empty: the default.</param>
internal sealed record StateSettings(string Directory, long RefusedBytesMax, string StatusFile);

/// <summary>Everything that is configured.</summary>
/// <param name="Local">The local broker.</param>
/// <param name="Central">The central.</param>
/// <param name="Token">Tokens; null: another login.</param>
/// <param name="Carriage">Bounds and names.</param>
/// <param name="State">What is kept.</param>
/// <param name="IsClockTrusted">Whether the clock is always believed.</param>
/// <param name="Log">The log.</param>
internal sealed record UplinkSettings(
    LocalSettings Local, CentralSettings Central, TokenSettings? Token, CarriageSettings Carriage,
    StateSettings State, bool IsClockTrusted, LogSettings Log);
