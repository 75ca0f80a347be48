using System.Globalization;
using System.Text;
using LightMq.Lmq;
using LightMq.Mqtt;

namespace LightMq.Simulator.Oracle;

/// <summary>What a bridge was told of a message (LMQ-CORE-4).</summary>
/// <param name="Client">Original sender's client id.</param>
/// <param name="Epoch">Stream.</param>
/// <param name="Number">1, 2, 3 … within the stream; 0: none was told.</param>
/// <param name="Order">Place among the sender's messages of the parent topic; 0: none was told.</param>
/// <param name="Channel">The sender's connection; null: none was told.</param>
/// <param name="Key">Ordering key; empty: none was told.</param>
public sealed record BridgeStamp(
    string Client, EpochText Epoch, long Number, long Order, string? Channel, string Key)
{
    /// <summary>Reads it from the properties of a message.</summary>
    public static BridgeStamp Read(in PublishPacket packet)
    {
        var properties = packet.Properties;
        if (!properties.TryFindUser(BridgeProperties.Epoch, out var text)
            || !EpochText.TryParse(text, out var epoch))
            throw new Violation(nameof(BridgeStreams), "a message goes up without its epoch");
        if (!properties.TryFindUser(BridgeProperties.Time, out text) || !ReceiptTime.TryParse(text, out _))
            throw new Violation(nameof(BridgeStreams), "a message goes up without its time");
        return new BridgeStamp(
            Text(properties, BridgeProperties.Client) ?? "", epoch,
            NumberOf(properties, BridgeProperties.Sequence), NumberOf(properties, BridgeProperties.Order),
            Text(properties, BridgeProperties.Channel), Text(properties, BridgeProperties.Key) ?? "");
    }

    private static string? Text(in PublishProperties properties, ReadOnlySpan<byte> name) =>
        properties.TryFindUser(name, out var value) ? Encoding.UTF8.GetString(value) : null;

    private static long NumberOf(in PublishProperties properties, ReadOnlySpan<byte> name) =>
        Text(properties, name) is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : 0;
}
