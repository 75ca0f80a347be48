using LightMq.DeviceAgent.Gpio;
using LightMq.DeviceAgent.Link;
using LightMq.DeviceAgent.Sensors;
using LightMq.DeviceAgent.Settings;
using LightMq.DeviceAgent.Signals;

namespace LightMq.DeviceAgent.State;

/// <summary>What there is to show of the agent at one moment.</summary>
internal sealed record AgentView
{
    /// <summary>Settings.</summary>
    public required AgentSettings Settings { get; init; }
    /// <summary>Which start this is.</summary>
    public required long Start { get; init; }
    /// <summary>Whether the clock is believed.</summary>
    public required string Clock { get; init; }
    /// <summary>What the LEDs show.</summary>
    public required Signal Signal { get; init; }
    /// <summary>Whether the broker is there.</summary>
    public required bool IsConnected { get; init; }
    /// <summary>Why it is not.</summary>
    public required string Reason { get; init; }
    /// <summary>Whether the broker lets us subscribe.</summary>
    public required bool IsListening { get; init; }
    /// <summary>The uplink's state; null: there is none.</summary>
    public required string? Uplink { get; init; }
    /// <summary>What waits.</summary>
    public required Outbox Outbox { get; init; }
    /// <summary>Sensors.</summary>
    public required IReadOnlyList<Publication> Sensors { get; init; }
    /// <summary>Outputs.</summary>
    public required IReadOnlyList<OutputLine> Outputs { get; init; }
    /// <summary>Buses that hang.</summary>
    public required IReadOnlyList<string> HungBuses { get; init; }
    /// <summary>What is wrong with the button.</summary>
    public required string ButtonComplaint { get; init; }
    /// <summary>Numbers of the streams.</summary>
    public required Telemetry Telemetry { get; init; }
}
