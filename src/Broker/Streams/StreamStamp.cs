using LightMq.Broker.Flows;
using LightMq.Lmq;
using LightMq.Mqtt;

namespace LightMq.Broker.Streams;

/// <summary>What a gateway says of a message (LMQ-CORE-4).</summary>
internal readonly ref struct StreamStamp
{
    /// <summary>Client id of the first sender.</summary>
    public ReadOnlySpan<byte> Client { get; private init; }

    /// <summary>Its stream.</summary>
    public EpochText Epoch { get; private init; }

    /// <summary>Number in it; 0: none.</summary>
    public long Sequence { get; private init; }

    /// <summary>Ordering key; empty: none.</summary>
    public ReadOnlySpan<byte> Key { get; private init; }

    /// <summary>The first sender's cleanSession; true where nothing is said (LMQ-CORE-2).</summary>
    public bool CleanSession { get; private init; }

    /// <summary>
    /// Reads it. Without <c>lmq-client</c> there is none: the sender is the gateway itself.
    /// </summary>
    /// <param name="properties">Of the publish.</param>
    /// <param name="stamp">What is said.</param>
    /// <returns>False: what is said makes no sense.</returns>
    public static bool TryRead(scoped in PublishProperties properties, out StreamStamp stamp)
    {
        stamp = default;
        if (!properties.TryFindUser(BridgeProperties.Client, out var client)) return true;
        if (client.IsEmpty || client.Length > ushort.MaxValue
            || !properties.TryFindUser(BridgeProperties.Epoch, out var epochText)
            || !EpochText.TryParse(epochText, out var epoch))
            return false;
        long sequence = 0;
        if (properties.TryFindUser(BridgeProperties.Sequence, out var number)
            && (!PlainNumber.TryParse(number, out sequence) || sequence < 1))
            return false;
        properties.TryFindUser(BridgeProperties.Key, out var key);
        stamp = new StreamStamp
        {
            Client = client, Epoch = epoch, Sequence = sequence, Key = key,
            CleanSession = Forwarding.CleanSessionOf(properties) ?? true,
        };
        return true;
    }
}
