using System.Net;
using LightMq.Broker.Settings;
using LightMq.Net;
using LightMq.Net.Door;
using LightMq.Net.WebSocket;
using LightMq.Service.Configuration;

namespace LightMq.Host.Configuration;

/// <summary>Where a listener listens and what it lets in.</summary>
/// <param name="EndPoint">Address and port; port 0 takes a free one.</param>
/// <param name="Options">What the engine is told of it.</param>
public sealed record ListenerSettings(IPEndPoint EndPoint, ListenerOptions Options)
{
    /// <summary>What is spoken there below MQTT.</summary>
    public ListenerTransport Transport { get; init; }

    /// <summary>Its TLS; null without.</summary>
    public TlsSettings? Tls { get; init; }

    /// <summary>Taken where 80 or 443 is not permitted; 0: none.</summary>
    public int FallBackPort => (Transport, EndPoint.Port) switch
    {
        (ListenerTransport.WebSocket, 80) => 8080,
        (ListenerTransport.SecureWebSocket, 443) => 8443,
        _ => 0,
    };

    /// <summary>What is asked of a request that opens a WebSocket.</summary>
    public UpgradeRules Upgrade { get; init; } = UpgradeRules.Default;
}

/// <summary>What keeps the messages.</summary>
public enum StoreKind
{
    /// <summary>LiteDB on the disk.</summary>
    LiteDb,
    /// <summary>Nothing: for comparison and tests; a restart forgets everything.</summary>
    Memory,
}

/// <summary>The store's part of the configuration.</summary>
/// <param name="Kind">Disk or memory.</param>
/// <param name="Directory">Where it is; empty only for <see cref="StoreKind.Memory"/>.</param>
/// <param name="LogBytes">Length of the preallocated log.</param>
/// <param name="CheckpointBytes">Length at which the log is moved into the data file.</param>
/// <param name="ReserveBytes">Room held in the data file ahead of need.</param>
/// <param name="RetryMillisecondsMax">Longest wait between attempts while the disk refuses.</param>
public sealed record StoreSettings(
    StoreKind Kind, string Directory, int LogBytes, int CheckpointBytes, int ReserveBytes,
    int RetryMillisecondsMax);

/// <summary>When the wall clock is believed (LMQ-TOK-9).</summary>
public enum ClockSetting
{
    /// <summary>Once the kernel says that something which knows the time has set it.</summary>
    Kernel,
    /// <summary>Always: the board has a clock of its own, or what sets it does not tell the kernel.</summary>
    Always,
}

/// <summary>What both hosts of the broker are configured with, validated.</summary>
/// <param name="Listeners">At least one.</param>
/// <param name="Store">The store.</param>
/// <param name="Log">The log.</param>
/// <param name="Broker">What the engine is told.</param>
public sealed record BrokerSettings(
    IReadOnlyList<ListenerSettings> Listeners, StoreSettings Store, LogSettings Log, BrokerOptions Broker)
{
    /// <summary>Limits that hold before the engine's.</summary>
    public DoorLimits Door { get; init; } = new();

    /// <summary>When the wall clock is believed.</summary>
    public ClockSetting Clock { get; init; }

    /// <summary>How tokens are verified.</summary>
    public TokenSettings Tokens { get; init; } = TokenSettings.Off;

    /// <summary>Where alarms are posted.</summary>
    public AlarmSettings Alarms { get; init; } = new("");

    /// <summary>The local admin API.</summary>
    public AdminSettings Admin { get; init; } = new("", false, 0, "Admin:BearerFile", "");
}
