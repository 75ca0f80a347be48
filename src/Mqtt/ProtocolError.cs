using System.Diagnostics.CodeAnalysis;

namespace LightMq.Mqtt;

/// <summary>The peer broke the standard: the one kind of error that a peer can cause.</summary>
/// <param name="clause">The clause broken, as <c>MQTT-3.1.2-3</c>; a section where it has no number.</param>
/// <param name="message">What was wrong, for the log; carries nothing the peer sent.</param>
public sealed class ProtocolError(string clause, string message) : Exception(message)
{
    /// <summary>The clause broken.</summary>
    public string Clause { get; } = clause;

    // Apart from the readers, so that these stay small enough to inline.
    [DoesNotReturn]
    internal static void Throw(string clause, string message) => throw new ProtocolError(clause, message);
}
