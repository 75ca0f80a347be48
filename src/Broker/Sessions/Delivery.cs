using LightMq.Broker.Messages;

namespace LightMq.Broker.Sessions;

/// <summary>Where one message stands on its way to one client.</summary>
internal enum DeliveryState : byte
{
    /// <summary>Not sent on this connection.</summary>
    Waiting,
    /// <summary>Sent, PUBACK or PUBREC not yet received.</summary>
    Sent,
    /// <summary>PUBREC received; PUBREL may only follow once that is durable.</summary>
    Received,
    /// <summary>PUBREL is owed or sent; PUBCOMP not yet received.</summary>
    Released,
    /// <summary>Nothing more to do; goes as soon as all older ones have gone.</summary>
    Done,
}

/// <summary>One place in a <see cref="DeliveryQueue"/>.</summary>
internal struct Delivery
{
    /// <summary>
    /// The message; null once it is done, let go from memory (then <see cref="Slot"/> has it), or received.
    /// </summary>
    public Message? Message;
    /// <summary>Number in the bridge stream; 0 elsewhere.</summary>
    public long StreamNumber;
    /// <summary>The store's slot that holds it; -1: none.</summary>
    public int Slot;
    /// <summary>Bytes it counts for.</summary>
    public int Bytes;
    /// <summary>Identifiers of the filters that brought it; null: none.</summary>
    public uint[]? Identifiers;
    /// <summary>When it is worth nothing any more, in seconds of <see cref="Turn.Age"/>; 0: never.</summary>
    public uint ExpiresAt;
    /// <summary>When it was accepted, in seconds of <see cref="Turn.Age"/> (LMQ-MSG-4).</summary>
    public uint AcceptedAt;
    /// <summary>QoS it is delivered with.</summary>
    public byte Qos;
    public DeliveryState State;
    /// <summary>RETAIN flag it is delivered with.</summary>
    public bool Retain;
    /// <summary>It may have been sent on an earlier connection.</summary>
    public bool WasSent;
    /// <summary>
    /// It outlives the connection and is safe only on the disk or acknowledged; false: it is for the moment,
    /// as with a clean session.
    /// </summary>
    public bool IsKept;

    /// <summary>It was sent on the connection before and is to be sent again at once (LMQ-OFF-2).</summary>
    public bool ComesAgain;
    /// <summary>In a <see cref="Backlog"/>: it is drawn, or in flight.</summary>
    public bool IsTaken;

    /// <summary>The connection is gone: what was sent on it is sent again (MQTT-4.4.0-1).</summary>
    public void Rewind()
    {
        if (State != DeliveryState.Sent) return;
        State = DeliveryState.Waiting;
        WasSent = ComesAgain = true;
    }

    /// <summary>The second by which a moment in <see cref="Turn.Age"/> has passed; 0 stays 0.</summary>
    public static uint SecondOf(long milliseconds) => (uint)((milliseconds + 999) / 1000);
}
