namespace LightMq.Mqtt;

/// <summary>
/// CONNECT (MQTT 3.1, 3.1.1 and 5.0, section 3.1). Its spans are views into the frame.
/// </summary>
public readonly ref struct ConnectPacket
{
    /// <summary>Session expiry of a session that never expires.</summary>
    public const uint NeverExpires = uint.MaxValue;

    private const byte ReservedFlag = 0x01, CleanFlag = 0x02, WillFlag = 0x04, WillRetainFlag = 0x20;
    private const byte WillFlags = WillFlag | WillRetainFlag | 0x18;
    private const byte PasswordFlag = 0x40, UserNameFlag = 0x80;

    private readonly byte _flags;
    private readonly ReadOnlySpan<byte> _properties;

    private ConnectPacket(byte level)
    {
        ProtocolLevel = level;
        Version = ProtocolVersion.V311;
    }

    private ConnectPacket(ProtocolVersion version, byte flags, BodyReader body)
    {
        ProtocolLevel = (byte)version;
        Version = version;
        IsSupported = true;
        _flags = flags;
        KeepAliveSeconds = body.UInt16("MQTT-3.1.2.10");
        ReceiveMaximum = ushort.MaxValue;
        MaximumPacketSize = uint.MaxValue;
        RequestProblemInformation = true;
        SessionExpirySeconds = version == ProtocolVersion.V500 || CleanSession ? 0 : NeverExpires;
        if (version == ProtocolVersion.V500)
        {
            var hasData = false;
            _properties = body.Properties("MQTT5-3.1.2.11.1");
            var properties = new PropertyReader(_properties, PropertySets.Connect);
            while (properties.TryNext(out var id, out var number, out _))
            {
                switch (id)
                {
                    case PropertyId.SessionExpiry: SessionExpirySeconds = number; break;
                    case PropertyId.ReceiveMaximum: ReceiveMaximum = (ushort)number; break;
                    case PropertyId.MaximumPacketSize: MaximumPacketSize = number; break;
                    case PropertyId.TopicAliasMaximum: TopicAliasMaximum = (ushort)number; break;
                    case PropertyId.RequestResponseInformation:
                        RequestResponseInformation = number == 1;
                        break;
                    case PropertyId.RequestProblemInformation:
                        RequestProblemInformation = number == 1;
                        break;
                    case PropertyId.AuthenticationMethod: HasAuthenticationMethod = true; break;
                    case PropertyId.AuthenticationData: hasData = true; break;
                }
            }
            if (hasData && !HasAuthenticationMethod)
                ProtocolError.Throw("MQTT5-3.1.2.11.10", "authentication data without method",
                    ReasonCode.ProtocolError);
        }
        ClientId = body.Text("MQTT-3.1.3-3");
        if (HasWill)
        {
            if (version == ProtocolVersion.V500)
                WillProperties = PublishProperties.ReadWill(body.Properties("MQTT5-3.1.3.2.1"));
            WillTopic = body.Text("MQTT-3.1.3-10");
            if (!Topics.IsValidName(WillTopic)) ThrowWillTopic(WillTopic);
            WillPayload = body.Bytes("MQTT-3.1.2-9");
        }
        // In 3.1 the remaining length outweighs these flags (MQTT 3.1, section 3.1).
        if (version == ProtocolVersion.V310 && body.IsAtEnd) _flags &= WillFlags | CleanFlag;
        if (HasUserName) UserName = body.Text("MQTT-3.1.2-19");
        if (version == ProtocolVersion.V310 && body.IsAtEnd)
            _flags &= WillFlags | CleanFlag | UserNameFlag;
        if (HasPassword) Password = body.Bytes("MQTT-3.1.2-21");
        body.End("MQTT-3.1.3-1");
    }

    /// <summary>Finds the first user property of a name; before 5.0 there is none.</summary>
    public bool TryFindUser(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) =>
        PropertyReader.TryFindUser(_properties, name, out value);

    /// <summary>Protocol level: 3 is 3.1, 4 is 3.1.1, 5 is 5.0.</summary>
    public byte ProtocolLevel { get; }

    /// <summary>Whether the level is spoken; if not, nothing behind it was read (MQTT-3.1.2-2).</summary>
    public bool IsSupported { get; }

    /// <summary>What the client speaks; 3.1.1, for the refusal, if that is not spoken here.</summary>
    public ProtocolVersion Version { get; }

    /// <summary>Whether stored state is to be discarded.</summary>
    public bool CleanSession => (_flags & CleanFlag) != 0;

    /// <summary>The same bit, as 5.0 names it.</summary>
    public bool CleanStart => CleanSession;

    /// <summary>Keep-alive in seconds; 0: none.</summary>
    public int KeepAliveSeconds { get; }

    /// <summary>Client id, possibly empty (MQTT-3.1.3-6 is the broker's to judge).</summary>
    public ReadOnlySpan<byte> ClientId { get; }

    /// <summary>Whether a will comes with it.</summary>
    public bool HasWill => (_flags & WillFlag) != 0;

    /// <summary>Properties of the will; none before 5.0.</summary>
    public PublishProperties WillProperties { get; }

    /// <summary>Seconds that the will waits after the connection.</summary>
    public uint WillDelaySeconds => WillProperties.WillDelaySeconds;

    /// <summary>Topic of the will, a valid topic name.</summary>
    public ReadOnlySpan<byte> WillTopic { get; }

    /// <summary>Payload of the will.</summary>
    public ReadOnlySpan<byte> WillPayload { get; }

    /// <summary>QoS of the will, 0 to 2.</summary>
    public int WillQos => _flags >> 3 & 3;

    /// <summary>Whether the will is retained.</summary>
    public bool WillRetain => (_flags & WillRetainFlag) != 0;

    /// <summary>Whether a user name was sent, possibly empty.</summary>
    public bool HasUserName => (_flags & UserNameFlag) != 0;

    /// <summary>User name.</summary>
    public ReadOnlySpan<byte> UserName { get; }

    /// <summary>Whether a password was sent, possibly empty.</summary>
    public bool HasPassword => (_flags & PasswordFlag) != 0;

    /// <summary>Password, any bytes.</summary>
    public ReadOnlySpan<byte> Password { get; }

    /// <summary>
    /// Seconds that the session outlives the connection; <see cref="NeverExpires"/>: for ever. Before 5.0 a
    /// clean session ends with the connection, and another one never.
    /// </summary>
    public uint SessionExpirySeconds { get; }

    /// <summary>How many unacknowledged QoS 1 and 2 messages the client takes, never 0.</summary>
    public ushort ReceiveMaximum { get; }

    /// <summary>Bytes of the largest packet that the client takes, never 0.</summary>
    public uint MaximumPacketSize { get; }

    /// <summary>Largest topic alias that the client takes; 0: none.</summary>
    public ushort TopicAliasMaximum { get; }

    /// <summary>Whether the client asks for response information.</summary>
    public bool RequestResponseInformation { get; }

    /// <summary>Whether the client wants reason strings outside CONNACK and DISCONNECT.</summary>
    public bool RequestProblemInformation { get; }

    /// <summary>Whether the client asks for enhanced authentication.</summary>
    public bool HasAuthenticationMethod { get; }

    /// <summary>Reads and checks the packet.</summary>
    /// <exception cref="ProtocolError">Any breach, other than a level not spoken here.</exception>
    public static ConnectPacket Read(in Frame frame)
    {
        var body = new BodyReader(frame.Body);
        var level = ReadLevel(ref body, out var isSupported);
        if (!isSupported) return new ConnectPacket(level);
        var version = (ProtocolVersion)level;
        // The frame was cut before its version was known.
        if (version == ProtocolVersion.V500
            && frame.Length != 1 + VariableInteger.Size(frame.Body.Length) + frame.Body.Length)
            ProtocolError.Throw("MQTT5-1.5.5-1", "the remaining length takes more bytes than it needs");
        var flags = body.Byte("MQTT-3.1.2.3");
        // 3.1 leaves the reserved bit free, and without a will the will's others.
        if (version == ProtocolVersion.V310)
            flags &= (flags & WillFlag) != 0 ? (byte)0xFE : unchecked((byte)~(WillFlags | ReservedFlag));
        CheckFlags(flags, version);
        return new ConnectPacket(version, flags, body);
    }

    /// <summary>The version of a CONNECT, even of one malformed further on, so as to refuse it.</summary>
    /// <returns>Null if the name or level is not one spoken here.</returns>
    public static ProtocolVersion? VersionOf(in Frame frame)
    {
        if (frame.Type != PacketType.Connect) return null;
        if (frame.Body.StartsWith("\0\x04MQTT\x05"u8)) return ProtocolVersion.V500;
        if (frame.Body.StartsWith("\0\x04MQTT\x04"u8)) return ProtocolVersion.V311;
        return frame.Body.StartsWith("\0\x06MQIsdp\x03"u8) ? ProtocolVersion.V310 : null;
    }

    private static byte ReadLevel(ref BodyReader body, out bool isSupported)
    {
        var name = body.Bytes("MQTT-3.1.2-1");
        var isOld = name.SequenceEqual("MQIsdp"u8);
        if (!isOld && !name.SequenceEqual("MQTT"u8))
            ProtocolError.Throw(
                "MQTT-3.1.2-1", "protocol name other than MQTT", ReasonCode.UnsupportedProtocolVersion);
        var level = body.Byte("MQTT-3.1.2.2");
        isSupported = isOld ? level == (byte)ProtocolVersion.V310
            : level is (byte)ProtocolVersion.V311 or (byte)ProtocolVersion.V500;
        return level;
    }

    private static void CheckFlags(byte flags, ProtocolVersion version)
    {
        if ((flags & ReservedFlag) != 0) ProtocolError.Throw("MQTT-3.1.2-3", "reserved connect flag is set");
        var willQos = flags >> 3 & 3;
        if ((flags & WillFlag) == 0)
        {
            if (willQos != 0) ProtocolError.Throw("MQTT-3.1.2-13", "will QoS without will");
            if ((flags & WillRetainFlag) != 0) ProtocolError.Throw("MQTT-3.1.2-15", "retain without will");
        }
        if (willQos == 3) ProtocolError.Throw("MQTT-3.1.2-14", "will QoS 3");
        if (version != ProtocolVersion.V500 && (flags & (UserNameFlag | PasswordFlag)) == PasswordFlag)
            ProtocolError.Throw("MQTT-3.1.2-22", "password without user name");
    }

    private static void ThrowWillTopic(ReadOnlySpan<byte> topic) => ProtocolError.Throw(
        topic.IsEmpty ? "MQTT-4.7.3-1" : "MQTT-4.7.1-1",
        topic.IsEmpty ? "will topic is empty" : "will topic contains a wildcard",
        ReasonCode.TopicNameInvalid);
}
