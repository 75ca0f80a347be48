namespace LightMq.DeviceAgent.Signals;

/// <summary>What the status LEDs show; the most urgent first.</summary>
internal enum Signal
{
    /// <summary>Released in time, nothing happens; else the board forgets everything.</summary>
    ResetArmed,
    /// <summary>A factory reset is asked for.</summary>
    ResetAsked,
    /// <summary>Here I am.</summary>
    Identify,
    /// <summary>The data disk is missing.</summary>
    StorageTrouble,
    /// <summary>lightmq.txt was not taken over, or its card is in trouble.</summary>
    ProvisioningError,
    /// <summary>The agent starts.</summary>
    Starting,
    /// <summary>The broker is away.</summary>
    BrokerAway,
    /// <summary>The central is away.</summary>
    UplinkAway,
    /// <summary>A sensor is not read.</summary>
    SensorTrouble,
    /// <summary>All is well.</summary>
    Healthy,
}

/// <summary>How each signal looks: times on and off in turn, ms, beginning with on.</summary>
internal static class Pattern
{
    private static readonly int[] Steady = [];

    /// <summary>The times; none: steadily on.</summary>
    public static int[] Of(Signal signal) => signal switch
    {
        Signal.ResetArmed => [60, 60],
        Signal.ResetAsked => [950, 50],
        Signal.Identify => [150, 150],
        Signal.StorageTrouble => [200, 200, 200, 200, 200, 1_000],
        Signal.ProvisioningError => [200, 200, 200, 1_000],
        Signal.Starting => [500, 500],
        Signal.BrokerAway => [1_000, 1_000],
        Signal.UplinkAway => [1_900, 100],
        Signal.SensorTrouble => [1_700, 100, 100, 100],
        _ => Steady,
    };

    /// <summary>How a signal is told.</summary>
    public static string Word(Signal signal) => signal switch
    {
        Signal.ResetArmed => "factory reset armed",
        Signal.ResetAsked => "factory reset",
        Signal.Identify => "identify",
        Signal.StorageTrouble => "storage trouble",
        Signal.ProvisioningError => "provisioning error",
        Signal.Starting => "starting",
        Signal.BrokerAway => "broker away",
        Signal.UplinkAway => "uplink away",
        Signal.SensorTrouble => "sensor trouble",
        _ => "healthy",
    };
}
