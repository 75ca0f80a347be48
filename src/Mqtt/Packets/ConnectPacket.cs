namespace LightMq.Mqtt;

/// <summary>CONNECT (MQTT 3.1.1, section 3.1). Its spans are views into the frame.</summary>
public readonly ref struct ConnectPacket
{
    private const byte Level311 = 4;
    private const byte ReservedFlag = 0x01, CleanFlag = 0x02, WillFlag = 0x04, WillRetainFlag = 0x20;
    private const byte PasswordFlag = 0x40, UserNameFlag = 0x80;

    private readonly byte _flags;

    private ConnectPacket(byte level) => ProtocolLevel = level;

    private ConnectPacket(byte flags, BodyReader body)
    {
        ProtocolLevel = Level311;
        _flags = flags;
        KeepAliveSeconds = body.UInt16("MQTT-3.1.2.10");
        ClientId = body.Text("MQTT-3.1.3-3");
        if (HasWill)
        {
            WillTopic = body.Text("MQTT-3.1.3-10");
            if (!Topics.IsValidName(WillTopic)) ThrowWillTopic(WillTopic);
            WillPayload = body.Bytes("MQTT-3.1.2-9");
        }
        if (HasUserName) UserName = body.Text("MQTT-3.1.2-19");
        if (HasPassword) Password = body.Bytes("MQTT-3.1.2-21");
        body.End("MQTT-3.1.3-1");
    }

    /// <summary>Protocol level: 4 is 3.1.1.</summary>
    public byte ProtocolLevel { get; }

    /// <summary>Whether the level is spoken; if not, nothing behind it was read (MQTT-3.1.2-2).</summary>
    public bool IsSupported => ProtocolLevel == Level311;

    /// <summary>Whether stored state is to be discarded.</summary>
    public bool CleanSession => (_flags & CleanFlag) != 0;

    /// <summary>Keep-alive in seconds; 0: none.</summary>
    public int KeepAliveSeconds { get; }

    /// <summary>Client id, possibly empty (MQTT-3.1.3-6 is the broker's to judge).</summary>
    public ReadOnlySpan<byte> ClientId { get; }

    /// <summary>Whether a will comes with it.</summary>
    public bool HasWill => (_flags & WillFlag) != 0;

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

    /// <summary>Reads and checks the packet.</summary>
    /// <exception cref="ProtocolError">Any breach, other than a level not spoken here.</exception>
    public static ConnectPacket Read(in Frame frame)
    {
        var body = new BodyReader(frame.Body);
        if (!body.Bytes("MQTT-3.1.2-1").SequenceEqual("MQTT"u8))
            ProtocolError.Throw("MQTT-3.1.2-1", "protocol name other than MQTT");
        var level = body.Byte("MQTT-3.1.2.2");
        if (level != Level311) return new ConnectPacket(level);
        var flags = body.Byte("MQTT-3.1.2.3");
        CheckFlags(flags);
        return new ConnectPacket(flags, body);
    }

    private static void CheckFlags(byte flags)
    {
        if ((flags & ReservedFlag) != 0) ProtocolError.Throw("MQTT-3.1.2-3", "reserved connect flag is set");
        var willQos = flags >> 3 & 3;
        if ((flags & WillFlag) == 0)
        {
            if (willQos != 0) ProtocolError.Throw("MQTT-3.1.2-13", "will QoS without will");
            if ((flags & WillRetainFlag) != 0) ProtocolError.Throw("MQTT-3.1.2-15", "retain without will");
        }
        if (willQos == 3) ProtocolError.Throw("MQTT-3.1.2-14", "will QoS 3");
        if ((flags & (UserNameFlag | PasswordFlag)) == PasswordFlag)
            ProtocolError.Throw("MQTT-3.1.2-22", "password without user name");
    }

    private static void ThrowWillTopic(ReadOnlySpan<byte> topic) => ProtocolError.Throw(
        topic.IsEmpty ? "MQTT-4.7.3-1" : "MQTT-4.7.1-1",
        topic.IsEmpty ? "will topic is empty" : "will topic contains a wildcard");
}
