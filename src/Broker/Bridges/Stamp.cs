using LightMq.Broker.Messages;

namespace LightMq.Broker.Bridges;

/// <summary>What a bridge is told of a message (LMQ-CORE-4).</summary>
/// <param name="Publisher">Who sent it.</param>
/// <param name="Origin">What travels with it about its sender.</param>
/// <param name="Epoch">Epoch in which it was accepted; null: the present one.</param>
/// <param name="Number">Its place in the stream; 0: none, as with QoS 0.</param>
/// <param name="OrderNumber">See <see cref="Message.OrderNumber"/>.</param>
internal readonly record struct Stamp(
    Publisher Publisher, Origin Origin, Epoch? Epoch, long Number, long OrderNumber)
{
    /// <summary>That of a message, at a place in a bridge's queue.</summary>
    public static Stamp Of(Message message, long number) =>
        new(message.Publisher!, message.Origin, message.Epoch, number, message.OrderNumber);
}
