using LightMq.Broker.Sessions;

namespace LightMq.Broker.Routing;

/// <summary>Who receives one topic, each session once with the highest QoS granted (MQTT-3.3.5-1).</summary>
internal sealed class Route(byte[] topic)
{
    public byte[] Topic { get; } = topic;

    /// <summary>State of the tree it was computed for.</summary>
    public int Version { get; set; } = -1;
    public List<Receiver> Receivers { get; } = [];
    /// <summary>Groups of which one member each receives it.</summary>
    public List<Share> Shares { get; } = [];
    /// <summary>Whether who receives it depends on more than the topic: shares, or no-local.</summary>
    public bool IsOpen { get; set; }
}

/// <summary>One session on a route.</summary>
/// <param name="Session">Whose.</param>
/// <param name="Qos">Highest QoS granted by its matching filters.</param>
/// <param name="RetainAsPublished">Whether RETAIN is passed on (MQTT5-3.3.1-12, MQTT5-3.3.1-13).</param>
/// <param name="NoLocal">Whether a matching filter leaves out its own messages (MQTT5-3.8.3-3).</param>
/// <param name="Identifiers">Those of all matching filters (MQTT5-3.3.4-3); null: none.</param>
/// <param name="HasQos1">Whether a matching filter grants QoS 1, whose messages are kept
/// (LMQ-MSG-2).</param>
/// <param name="IsForNow">Whether its copy is for a connected client only (LMQ-MSG-5).</param>
internal readonly record struct Receiver(
    Session Session, byte Qos, bool RetainAsPublished = false, bool NoLocal = false,
    uint[]? Identifiers = null, bool HasQos1 = false, bool IsForNow = false)
{
    public static Receiver Of(Session session, in Subscription subscription) => new(session, subscription.Qos,
        subscription.Options.RetainAsPublished, subscription.Options.NoLocal,
        subscription.Identifier == 0 ? null : [subscription.Identifier], subscription.Qos == 1);

    /// <summary>
    /// QoS of its copy at most. Where filters of QoS 1 and 2 match in a session that keeps nothing for QoS 2,
    /// it is 1 and the copy is kept: QoS 2 alone would lose what QoS 1 promises.
    /// </summary>
    public byte CopyQos => Qos == 2 && HasQos1 && Session.IsKeptByContract ? (byte)1 : Qos;

    /// <summary>Whether its copy outlives the connection, if its QoS is above 0.</summary>
    public bool IsKept => !IsForNow && Session.Keeps(CopyQos);

    /// <summary>Whether there is nobody to take a copy that does not.</summary>
    public bool IsLost => Session.Connection is null && !IsKept;

    /// <summary>What both grant together.</summary>
    public Receiver With(in Receiver other) => new(Session, Math.Max(Qos, other.Qos),
        RetainAsPublished || other.RetainAsPublished, NoLocal || other.NoLocal,
        Identifiers is null ? other.Identifiers
        : other.Identifiers is null ? Identifiers : [.. Identifiers.Concat(other.Identifiers).Order()],
        HasQos1 || other.HasQos1);
}
