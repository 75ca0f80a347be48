using System.Diagnostics.CodeAnalysis;

namespace LightMq.Mqtt;

/// <summary>The peer broke the standard: the one kind of error that a peer can cause.</summary>
/// <param name="clause">
/// The clause broken, as <c>MQTT-3.1.2-3</c>; a section where it has no number. Numbers are those of 3.1.1,
/// and of 5.0 as <c>MQTT5-3.3.2-8</c> where 3.1.1 knows no such rule.
/// </param>
/// <param name="message">What was wrong, for the log; carries nothing the peer sent.</param>
/// <param name="reason">What a peer of 5.0 is told.</param>
public sealed class ProtocolError(
    string clause, string message, ReasonCode reason = ReasonCode.MalformedPacket) : Exception(message)
{
    /// <summary>The clause broken.</summary>
    public string Clause { get; } = clause;

    /// <summary>What a peer of 5.0 is told, in CONNACK or DISCONNECT.</summary>
    public ReasonCode Reason { get; } = reason;

    // Apart from the readers, so that these stay small enough to inline.
    [DoesNotReturn]
    internal static void Throw(
        string clause, string message, ReasonCode reason = ReasonCode.MalformedPacket) =>
        throw new ProtocolError(clause, message, reason);
}
