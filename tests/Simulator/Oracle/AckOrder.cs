namespace LightMq.Simulator.Oracle;

/// <summary>
/// PUBACK and PUBREC come in the order of the PUBLISH packets (MQTT-4.6.0-2, MQTT-4.6.0-3).
/// </summary>
public sealed class AckOrder
{
    /// <summary>An acknowledgement came; null expected: none was waited for.</summary>
    public void Acknowledged(string client, string kind, ushort got, ushort? expected)
    {
        if (expected == null)
            throw new Violation(nameof(AckOrder), $"{client}: {kind} {got} for nothing");
        if (got != expected)
            throw new Violation(nameof(AckOrder), $"{client}: {kind} {got} before {expected}");
    }
}
