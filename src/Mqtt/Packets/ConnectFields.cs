namespace LightMq.Mqtt;

/// <summary>What a client puts into CONNECT; written by <see cref="PacketWriter.Connect"/>.</summary>
public readonly ref struct ConnectFields
{
    /// <summary>Version to write; 3.1.1 unless set.</summary>
    public ProtocolVersion Version
    {
        get => field == 0 ? ProtocolVersion.V311 : field;
        init;
    }

    /// <summary>Client id.</summary>
    public ReadOnlySpan<byte> ClientId { get; init; }

    /// <summary>Whether stored state is to be discarded.</summary>
    public bool CleanSession { get; init; }

    /// <summary>Keep-alive in seconds, 0 to 65,535.</summary>
    public ushort KeepAliveSeconds { get; init; }

    /// <summary>User name; setting it, even empty, sends it.</summary>
    public ReadOnlySpan<byte> UserName
    {
        get;
        init
        {
            field = value;
            HasUserName = true;
        }
    }

    /// <summary>Whether a user name is sent.</summary>
    public bool HasUserName { get; private init; }

    /// <summary>
    /// Password; setting it, even empty, sends it. Needs a user name before 5.0 (MQTT-3.1.2-22).
    /// </summary>
    public ReadOnlySpan<byte> Password
    {
        get;
        init
        {
            field = value;
            HasPassword = true;
        }
    }

    /// <summary>Whether a password is sent.</summary>
    public bool HasPassword { get; private init; }

    /// <summary>Topic of the will; setting it sends the will.</summary>
    public ReadOnlySpan<byte> WillTopic
    {
        get;
        init
        {
            field = value;
            HasWill = true;
        }
    }

    /// <summary>Whether a will is sent.</summary>
    public bool HasWill { get; private init; }

    /// <summary>Payload of the will.</summary>
    public ReadOnlySpan<byte> WillPayload { get; init; }

    /// <summary>QoS of the will, 0 to 2.</summary>
    public int WillQos { get; init; }

    /// <summary>Whether the will is retained.</summary>
    public bool WillRetain { get; init; }

    /// <summary>Session expiry in seconds (5.0).</summary>
    public uint SessionExpirySeconds { get; init; }

    /// <summary>Unacknowledged messages taken at once (5.0); 0: not sent.</summary>
    public ushort ReceiveMaximum { get; init; }

    /// <summary>Bytes of the largest packet taken (5.0); 0: not sent.</summary>
    public uint MaximumPacketSize { get; init; }

    /// <summary>Largest topic alias taken (5.0).</summary>
    public ushort TopicAliasMaximum { get; init; }

    /// <summary>More properties (5.0), ready, without their length.</summary>
    public ReadOnlySpan<byte> Properties { get; init; }

    /// <summary>Seconds that the will waits (5.0).</summary>
    public uint WillDelaySeconds { get; init; }

    /// <summary>Seconds until the will expires once published (5.0); null: never.</summary>
    public uint? WillExpirySeconds { get; init; }

    /// <summary>More properties of the will (5.0), ready, without their length.</summary>
    public ReadOnlySpan<byte> WillProperties { get; init; }
}
