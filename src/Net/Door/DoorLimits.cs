namespace LightMq.Net.Door;

/// <summary>Limits that hold before MQTT has a word; the engine's own come after them.</summary>
public sealed record DoorLimits
{
    /// <summary>
    /// Connections of one remote address (IPv6: /64), loopback apart; 0: any. A tenth of all by default: one
    /// host gone wrong cannot take every place, and a gateway for a hall of sensors still fits.
    /// </summary>
    public int ConnectionsPerAddressMax { get; init; } = 1_000;

    /// <summary>Whether loopback addresses count as well: tests have no others.</summary>
    internal bool IsLoopbackBound { get; init; }

    /// <summary>
    /// Peers accepted in a second; 0: any. By default as many as there are places, so that a full broker
    /// has its clients back at once; a weak board leaves its connected clients more time with less.
    /// </summary>
    public int ConnectsPerSecondMax { get; init; } = 10_000;
}
