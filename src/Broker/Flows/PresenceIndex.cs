using LightMq.Broker.Bridges;
using LightMq.Broker.Durability;
using LightMq.Lmq;

namespace LightMq.Broker.Flows;

/// <summary>
/// The order of presence events at this broker (LMQ-PRE-3). What gateways tell of their clients gets a number
/// of its own here, because a client may come by another one tomorrow.
/// </summary>
internal sealed class PresenceIndex(Journal journal)
{
    private long _events;

    /// <summary>The next number.</summary>
    public long Next() => RisingNumber.Of(journal.Epoch.Boot, ++_events);

    /// <summary>An event's body with a number of this broker; what is no event stays as it is.</summary>
    /// <param name="topic">Its topic.</param>
    /// <param name="payload">Its body.</param>
    /// <param name="body">Room for the new body; made larger where needed.</param>
    /// <param name="tag">The event's kind, its tag in the core; empty: it is none.</param>
    public ReadOnlySpan<byte> Renumber(
        ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, ref byte[] body, out ReadOnlySpan<byte> tag)
    {
        tag = default;
        if (!topic.EndsWith("_MQTT"u8) || !PresenceEvent.TryParse(payload, out var told)) return payload;
        if (!topic.SequenceEqual(PresenceEvent.Topic(GroupOf(told)))) return payload;
        var room = PresenceEvent.BytesNeeded(told.ClientId.Length);
        if (body.Length < room) body = new byte[room];
        tag = TagOf(told.Kind);
        return body.AsSpan(0, (told with { Index = Next() }).Write(body));
    }

    /// <summary>The tag of a kind of event in the core (LMQ-PRE-2).</summary>
    public static ReadOnlySpan<byte> TagOf(PresenceKind kind) => kind switch
    {
        PresenceKind.Connect => "connect"u8,
        PresenceKind.Disconnect => "disconnect"u8,
        _ => "tcpclean"u8,
    };

    private static ReadOnlySpan<byte> GroupOf(in PresenceEvent told) =>
        ClientIdName.TryParse(System.Text.Encoding.UTF8.GetBytes(told.ClientId), out var name)
            ? name.Group : default;
}
