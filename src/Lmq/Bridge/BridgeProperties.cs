namespace LightMq.Lmq;

/// <summary>
/// Names of what bridges and the core say about a message: user properties of MQTT 5 between edge and central
/// (LMQ-CORE-4), headers in the core (LMQ-CORE-2). From anybody but a bridge they are stripped.
/// </summary>
public static class BridgeProperties
{
    /// <summary>The gateway's client id, which the central sets from its login.</summary>
    public static ReadOnlySpan<byte> Gateway => "lmq-gateway"u8;

    /// <summary>Client id of the original sender.</summary>
    public static ReadOnlySpan<byte> Client => "lmq-client"u8;

    /// <summary>Channel id of the sender's connection: 32 hex digits.</summary>
    public static ReadOnlySpan<byte> Channel => "lmq-channel"u8;

    /// <summary>Stream id: <see cref="EpochText"/>.</summary>
    public static ReadOnlySpan<byte> Epoch => "lmq-epoch"u8;

    /// <summary>1, 2, 3 … within the stream; absent on QoS 0.</summary>
    public static ReadOnlySpan<byte> Sequence => "lmq-seq"u8;

    /// <summary>Ordering key.</summary>
    public static ReadOnlySpan<byte> Key => "lmq-key"u8;

    /// <summary>Number per client and parent topic, where ordered sending applies.</summary>
    public static ReadOnlySpan<byte> Order => "lmq-order"u8;

    /// <summary>When the edge received it: <see cref="ReceiptTime"/>.</summary>
    public static ReadOnlySpan<byte> Time => "lmq-time"u8;

    /// <summary>The sender's cleanSession, <c>true</c> or <c>false</c>; on P2P messages.</summary>
    public static ReadOnlySpan<byte> Clean => "lmq-clean"u8;

    /// <summary>On a gap declaration: <see cref="StreamGap"/>.</summary>
    public static ReadOnlySpan<byte> Gap => "lmq-gap"u8;

    /// <summary>In CONNECT: which installation of a gateway comes, 1 to 64 visible characters.</summary>
    public static ReadOnlySpan<byte> Installation => "lmq-install"u8;

    /// <summary>In CONNACK: which central answers.</summary>
    public static ReadOnlySpan<byte> Cluster => "lmq-cluster"u8;

    /// <summary>What all of these begin with.</summary>
    public static ReadOnlySpan<byte> Prefix => "lmq-"u8;

    /// <summary>In the core: QoS, <c>0</c> to <c>2</c>.</summary>
    public static ReadOnlySpan<byte> CoreQos => "qoslevel"u8;

    /// <summary>In the core: the sender's cleanSession, of P2P messages.</summary>
    public static ReadOnlySpan<byte> CoreCleanSession => "cleansessionflag"u8;

    /// <summary>In the core: the topic behind the parent, with its leading slash.</summary>
    public static ReadOnlySpan<byte> CoreSecondTopic => "mqttSecondTopic"u8;

    /// <summary>Whether a user property is of this family, in any case of letters.</summary>
    public static bool IsOurs(ReadOnlySpan<byte> name) =>
        name.Length >= Prefix.Length && System.Text.Ascii.EqualsIgnoreCase(name[..Prefix.Length], Prefix);
}
