using LightMq.Broker.Connections;
using LightMq.Lmq;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>
/// Which properties of a publish or a will go on to its receivers: a bridge's as they are, anybody else's
/// without those that only bridges may say (LMQ-CORE-4).
/// </summary>
internal sealed class Forwarding(Turn turn)
{
    private byte[] _bytes = [];
    private bool _hasStripped;

    /// <summary>What of a publish goes on; valid until the next call.</summary>
    public ReadOnlySpan<byte> Of(scoped in PublishProperties properties, bool fromBridge)
    {
        _hasStripped = false;
        if (!properties.HasForwarded) return default;
        if (_bytes.Length < properties.ForwardedBytes) _bytes = new byte[properties.ForwardedBytes * 2];
        if (fromBridge || !properties.HasUser) return _bytes.AsSpan(0, properties.CopyForwarded(_bytes));
        var length = properties.CopyForwardedWithout(_bytes, BridgeProperties.Prefix);
        _hasStripped = length < properties.ForwardedBytes;
        return _bytes.AsSpan(0, length);
    }

    /// <summary>
    /// Whether the first sender of what a bridge brings down had a clean session; null: it does not say.
    /// </summary>
    public static bool? CleanSessionOf(in PublishProperties properties)
    {
        if (!properties.TryFindUser(BridgeProperties.Clean, out var value)) return null;
        return value.SequenceEqual("true"u8) ? true : value.SequenceEqual("false"u8) ? false : null;
    }

    /// <summary>
    /// What was looked at last is taken: if it said what it must not, that is counted and told.
    /// </summary>
    public void Taken(Connection connection)
    {
        if (!_hasStripped) return;
        _hasStripped = false;
        turn.Counters.PropertiesStripped++;
        if (connection.MayComplain(Complaint.BridgeProperties, turn.Now.Milliseconds))
            turn.Report(BrokerEventKind.Refused, connection.ClientText, connection,
                "user properties that only bridges may set were taken from its messages (LMQ-CORE-4)");
    }
}
