using LightMq.Service.Configuration;

namespace LightMq.DeviceAgent.Settings;

/// <summary>All settings, valid. Each key is described in <c>agent.sample.json</c>.</summary>
internal sealed record AgentSettings
{
    /// <summary>MQTT client id, and the board's name in what it publishes.</summary>
    public required string ClientId { get; init; }
    /// <summary>First levels of all topics that are not named otherwise.</summary>
    public required string BaseTopic { get; init; }
    /// <summary>The broker.</summary>
    public required BrokerSettings Broker { get; init; }
    /// <summary>What waits while the broker is away.</summary>
    public required QueueSettings Queue { get; init; }
    /// <summary>The board's own figures.</summary>
    public required BoardSettings Board { get; init; }
    /// <summary>Commands.</summary>
    public required CommandSettings Commands { get; init; }
    /// <summary>Updates.</summary>
    public required UpdateSettings Update { get; init; }
    /// <summary>Sensors.</summary>
    public required ListOf<SensorSettings> Sensors { get; init; }
    /// <summary>Outputs.</summary>
    public required ListOf<OutputSettings> Outputs { get; init; }
    /// <summary>Status LEDs.</summary>
    public required ListOf<LedSettings> Leds { get; init; }
    /// <summary>The button; null: there is none.</summary>
    public required ButtonSettings? Button { get; init; }
    /// <summary>How long the button is pressed for what.</summary>
    public required PressSettings Press { get; init; }
    /// <summary>Files that survive a restart, and the status file.</summary>
    public required StateSettings State { get; init; }
    /// <summary>Work on a bus that takes longer hangs.</summary>
    public required TimeSpan HungAfter { get; init; }
    /// <summary>Whether the clock is always believed.</summary>
    public required bool IsClockTrusted { get; init; }
    /// <summary>The log.</summary>
    public required LogSettings Log { get; init; }
}

/// <summary>How the agent says who it is.</summary>
internal enum LoginKind
{
    /// <summary>It does not.</summary>
    None,
    /// <summary>User name and password.</summary>
    Password,
    /// <summary>Access key and signature (LMQ-AUTH-1).</summary>
    Signature,
}

/// <summary>The broker. Shows itself without the secret.</summary>
internal sealed record BrokerSettings
{
    /// <summary>Host name or address.</summary>
    public required string Host { get; init; }
    /// <summary>TCP port.</summary>
    public required int Port { get; init; }
    /// <summary>How to log in.</summary>
    public required LoginKind Login { get; init; }
    /// <summary>User name or access key.</summary>
    public required string User { get; init; }
    /// <summary>Password or secret key.</summary>
    public required string Secret { get; init; }
    /// <summary>Keep-alive.</summary>
    public required int KeepAliveSeconds { get; init; }
    /// <summary>Bound of every wait between two tries.</summary>
    public required int BackoffMillisecondsMax { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Host}:{Port} {Login} {User}";
}

/// <summary>What waits while the broker is away.</summary>
/// <param name="MessagesMax">Messages.</param>
/// <param name="BytesMax">Their bytes.</param>
internal sealed record QueueSettings(int MessagesMax, int BytesMax);

/// <summary>The board's own figures.</summary>
internal sealed record BoardSettings
{
    /// <summary>Time between two readings; zero: none.</summary>
    public required TimeSpan Interval { get; init; }
    /// <summary>Topic of the readings.</summary>
    public required string Topic { get; init; }
    /// <summary>Folder on the data disk.</summary>
    public required string DataDirectory { get; init; }
    /// <summary>Folder that holds proc, sys, run and boot.</summary>
    public required string Root { get; init; }
    /// <summary>The uplink's status file; empty: there is no uplink.</summary>
    public required string UplinkFile { get; init; }
}

/// <summary>Commands.</summary>
/// <param name="Topic">Topic that is subscribed to; empty: none.</param>
/// <param name="ResultTopic">Where results go.</param>
/// <param name="PerSecondMax">Commands beyond this are refused.</param>
internal sealed record CommandSettings(string Topic, string ResultTopic, int PerSecondMax);

/// <summary>Updates that are commanded.</summary>
/// <param name="CaFile">Whom HTTPS trusts, in PEM; empty: the system's authorities.</param>
/// <param name="BytesMax">A larger bundle is refused.</param>
internal sealed record UpdateSettings(string CaFile, long BytesMax);

/// <summary>A line of a GPIO chip.</summary>
/// <param name="Chip">Number of <c>/dev/gpiochipN</c>.</param>
/// <param name="Line">Number of the line there.</param>
/// <param name="IsActiveLow">Whether low means on.</param>
internal sealed record LineSettings(int Chip, int Line, bool IsActiveLow);

/// <summary>Whose absence makes an output safe.</summary>
internal enum ContactKind
{
    /// <summary>The local broker's.</summary>
    Broker,
    /// <summary>The central's, as the uplink tells it, or the local broker's.</summary>
    Central,
}

/// <summary>An output.</summary>
internal sealed record OutputSettings
{
    /// <summary>Its name in commands and topics.</summary>
    public required string Name { get; init; }
    /// <summary>Where it is.</summary>
    public required LineSettings Line { get; init; }
    /// <summary>Whether it is on in its safe state.</summary>
    public required bool IsSafeOn { get; init; }
    /// <summary>It is never on for longer; zero: no bound.</summary>
    public required TimeSpan OnMax { get; init; }
    /// <summary>Whose absence counts.</summary>
    public required ContactKind Contact { get; init; }
    /// <summary>After this time without contact it goes to its safe state; zero: never.</summary>
    public required TimeSpan ContactMax { get; init; }
    /// <summary>Where its state is told.</summary>
    public required string Topic { get; init; }
}

/// <summary>A status LED.</summary>
/// <param name="Led">Its name under /sys/class/leds; empty: it is on a line.</param>
/// <param name="Line">The line; null: the kernel has it.</param>
internal sealed record LedSettings(string Led, LineSettings? Line);

/// <summary>The button.</summary>
/// <param name="Line">Where it is.</param>
/// <param name="Pull">What pulls its line.</param>
internal sealed record ButtonSettings(LineSettings Line, PullKind Pull);

/// <summary>How long the button is pressed for what.</summary>
/// <param name="Identify">For this long: the board identifies itself.</param>
/// <param name="Reset">For this long: factory reset.</param>
/// <param name="IdentifyFor">How long it identifies itself.</param>
internal sealed record PressSettings(TimeSpan Identify, TimeSpan Reset, TimeSpan IdentifyFor);

/// <summary>Files of the agent.</summary>
/// <param name="Directory">What survives a restart; empty: nothing does.</param>
/// <param name="RuntimeDirectory">What need not; empty: there is none.</param>
/// <param name="StatusFile">The status file; empty: none.</param>
/// <param name="CounterSave">Time between two saves of totals.</param>
internal sealed record StateSettings(
    string Directory, string RuntimeDirectory, string StatusFile, TimeSpan CounterSave);
