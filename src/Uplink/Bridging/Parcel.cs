namespace LightMq.Uplink.Bridging;

/// <summary>A message on its way from one broker, the source, to the other, the target.</summary>
internal sealed class Parcel(BridgeMessage message, string topic, ushort sourceId)
{
    /// <summary>What goes on; a refused message becomes the declaration of its gap.</summary>
    public BridgeMessage Message { get; set; } = message;

    /// <summary>Topic at the target.</summary>
    public string Topic { get; set; } = topic;

    /// <summary>Packet id at the source; 0: nothing is owed there.</summary>
    public ushort SourceId { get; } = sourceId;

    /// <summary>QoS with which it came.</summary>
    public byte SourceQos { get; } = message.Qos;

    /// <summary>Packet id at the target; 0: it has none yet.</summary>
    public ushort TargetId { get; set; }

    /// <summary>Whether nobody acknowledges it.</summary>
    public bool IsQos0 => Message.Qos == 0;

    /// <summary>What it was counted with when it came.</summary>
    public int CountedBytes { get; set; }

    /// <summary>Whether it was sent on some connection.</summary>
    public bool WasSent { get; set; }

    /// <summary>Whether it was sent on the present connection, acknowledged or not.</summary>
    public bool IsSent { get; set; }

    /// <summary>Whether it waits for the target's acknowledgement on the present connection.</summary>
    public bool IsInFlight { get; set; }

    /// <summary>Whether the target has it, or need not have it.</summary>
    public bool IsDone { get; set; }

    /// <summary>Whether its source is gone: nothing is owed there, and it is not sent again.</summary>
    public bool IsForgotten { get; set; }

    /// <summary>Whether it was refused for good and is being stored.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Whether it was refused for good and is stored.</summary>
    public bool IsRefused { get; set; }

    /// <summary>The how manyth it was on its connection.</summary>
    public long SendNumber { get; set; }

    /// <summary>When it was sent last.</summary>
    public long SentAt { get; set; }
}
