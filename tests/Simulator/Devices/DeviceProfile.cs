using LightMq.Broker.Settings;
using LightMq.Mqtt;

namespace LightMq.Simulator.Devices;

/// <summary>What one device is like; times in microseconds.</summary>
public sealed record DeviceProfile
{
    public required int Index { get; init; }
    public required string ClientId { get; init; }
    public required ListenerOptions Listener { get; init; }
    public string? User { get; init; }
    public string? Password { get; init; }
    public bool IsClean { get; init; }
    /// <summary>It speaks MQTT 5.0, and checks what it is told of each message (LMQ-CORE-4).</summary>
    public bool IsBridge { get; init; }
    /// <summary>The LMQ contract says what is kept for it, and how it gets what waited.</summary>
    public bool IsPaced => Listener.Dialect == Dialect.Lmq && !IsClean && !IsBridge;
    /// <summary>It asks for ordered sending on each connection (LMQ-ORD-2).</summary>
    public bool WantsOrder { get; init; }
    public ProtocolVersion Version => IsBridge ? ProtocolVersion.V500 : ProtocolVersion.V311;
    public int KeepAliveSeconds { get; init; } = 30;

    /// <summary>Between two publishes; 0: it does not publish.</summary>
    public long PublishEvery { get; init; }
    public int MessagesMax { get; init; }
    public int InflightMax { get; init; } = 10;
    public IReadOnlyList<string> Topics { get; init; } = [];
    public IReadOnlyList<int> QosChoices { get; init; } = [1];
    public double RetainChance { get; init; }
    public int PayloadBytesMax { get; init; } = 100;
    /// <summary>It comes without a password and uploads tokens (LMQ-AUTH-2).</summary>
    public bool HasTokens { get; init; }
    /// <summary>Between two requests for what waited (LMQ-OFF-2); 0: it has it pushed.</summary>
    public long PullEvery { get; init; }
    /// <summary>
    /// Share of its publishes that are for one client, and the ids that it knows (LMQ-MSG-5).
    /// </summary>
    public double PeerChance { get; init; }
    public IReadOnlyList<string> Peers { get; init; } = [];

    /// <summary>Filters and the QoS asked for, in order.</summary>
    public IReadOnlyList<(string Filter, int Qos)> Filters { get; init; } = [];
    /// <summary>Between two changes of a subscription; 0: never.</summary>
    public long RestlessEvery { get; init; }
    /// <summary>How long it thinks about each message before it acknowledges.</summary>
    public long AckDelay { get; init; }
    /// <summary>Bytes it reads in a tenth of a second; 0: all at once.</summary>
    public int SlowReadBytes { get; init; }
    /// <summary>How often it takes nothing for a long time before it reads on.</summary>
    public double StallChance { get; init; }
    public int UpWindowBytes { get; init; } = 65_536;
    public int DownWindowBytes { get; init; } = 65_536;

    /// <summary>-1: no will.</summary>
    public int WillQos { get; init; } = -1;
    /// <summary>How long it usually stays, and stays away.</summary>
    public long StayMost { get; init; } = long.MaxValue;
    public long AwayMost { get; init; } = 1_000_000;
    /// <summary>How often it comes back with a clean session although it is a persistent client.</summary>
    public double WipeChance { get; init; }
    /// <summary>
    /// Does not wait for CONNACK before it subscribes and publishes (MQTT 3.1.1, section 3.1.4).
    /// </summary>
    public bool IsEager { get; init; }
}
