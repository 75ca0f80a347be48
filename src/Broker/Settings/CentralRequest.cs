namespace LightMq.Broker.Settings;

/// <summary>
/// What a central broker is asked from the side of its core: a business service's message, or an operator's
/// word. Answered by <see cref="IEffects.Answered"/> once it is durable.
/// </summary>
public sealed class CentralRequest
{
    private CentralRequest() { }

    /// <summary>Topic of the message; empty: it is an operator's word.</summary>
    public byte[] Topic { get; private init; } = [];

    /// <summary>Its content.</summary>
    public byte[] Payload { get; private init; } = [];

    /// <summary>Its QoS, 0 to 2 (LMQ-CORE-2).</summary>
    public byte Qos { get; private init; }

    /// <summary>Whether a P2P message is for a connected client only (LMQ-CORE-2).</summary>
    public bool CleanSession { get; private init; }

    /// <summary>Ordering key; empty: none.</summary>
    public byte[] Key { get; private init; } = [];

    /// <summary>Its tag; MQTT clients get it with <see cref="ClientsTag"/> only (LMQ-CORE-3).</summary>
    public byte[] Tag { get; private init; } = [];

    /// <summary>Client id of the gateway that an operator speaks of.</summary>
    public byte[] Gateway { get; private init; } = [];

    /// <summary>Whether it asks which gateways are known.</summary>
    public bool IsList { get; private init; }

    /// <summary>The answer to that.</summary>
    public IReadOnlyList<KnownGateway> Gateways { get; internal set; } = [];

    /// <summary>The installation that may come again.</summary>
    public string Installation { get; private init; } = "";

    /// <summary>The tag of what MQTT clients get (LMQ-CORE-3).</summary>
    public static ReadOnlySpan<byte> ClientsTag => "MQ2MQTT"u8;

    /// <summary>Whether MQTT clients get it.</summary>
    public bool IsForClients => Tag.AsSpan().SequenceEqual(ClientsTag);

    /// <summary>Puts a message into the core and, with the tag for it, to MQTT clients.</summary>
    /// <param name="topic">Parent and the rest; valid, its parent registered: the host's to check.</param>
    /// <param name="payload">Content.</param>
    /// <param name="qos">0 to 2.</param>
    /// <param name="cleanSession">P2P: for a connected client only.</param>
    /// <param name="key">Ordering key; empty: none.</param>
    /// <param name="tag">Tag; may be empty.</param>
    public static CentralRequest Publish(
        byte[] topic, byte[] payload, byte qos, bool cleanSession, byte[] key, byte[] tag) => new()
        {
            Topic = topic,
            Payload = payload,
            Qos = qos,
            CleanSession = cleanSession,
            Key = key,
            Tag = tag,
        };

    /// <summary>Lets a superseded installation of a gateway come again.</summary>
    public static CentralRequest Allow(byte[] gateway, string installation) =>
        new() { Gateway = gateway, Installation = installation };

    /// <summary>Asks which gateways have a session; the answer is in <see cref="Gateways"/>.</summary>
    public static CentralRequest List() => new() { IsList = true };
}

/// <summary>A gateway that has a session.</summary>
/// <param name="ClientId">Its client id.</param>
/// <param name="IsConnected">Whether it is connected.</param>
/// <param name="Installation">The installation that came last; empty: it named none.</param>
/// <param name="Superseded">Installations that stay outside until they are allowed.</param>
public sealed record KnownGateway(
    string ClientId, bool IsConnected, string Installation, IReadOnlyList<string> Superseded);
