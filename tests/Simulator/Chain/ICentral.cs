using LightMq.Simulator.Network;

namespace LightMq.Simulator.Chain;

/// <summary>What an uplink connects to.</summary>
public interface ICentral
{
    /// <summary>A SYN arrives; false: refused.</summary>
    bool Accept(LinkEnd end, string address);

    void PowerOn();
    void PowerOff();
    void Kill();
    /// <summary>Why it is not at rest; null: it is.</summary>
    string? Unrest { get; }
}
