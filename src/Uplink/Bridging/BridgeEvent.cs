namespace LightMq.Uplink.Bridging;

/// <summary>What is worth a line in the log.</summary>
public enum BridgeEventKind
{
    /// <summary>The central acknowledged what was never sent, or twice.</summary>
    WrongAcknowledgement,
    /// <summary>The central has acknowledged nothing for too long.</summary>
    Stalled,
    /// <summary>The local broker has acknowledged nothing for too long.</summary>
    LocalStalled,
    /// <summary>The central will never take this message; it goes to the store of refused ones.</summary>
    MessageRefused,
    /// <summary>Numbers of a stream will never come; the central is told.</summary>
    GapDeclared,
    /// <summary>The window is halved, in search of the message that the central refuses.</summary>
    Searching,
    /// <summary>The central did not take a message for now; the link is made anew.</summary>
    NotTaken,
    /// <summary>The local broker will never take this message from above; it is dropped.</summary>
    DownDropped,
    /// <summary>The local broker acknowledged what was never sent, or twice.</summary>
    WrongLocalAcknowledgement,
    /// <summary>The central closed because a number is missing.</summary>
    Hole,
}

/// <summary>One event, as it is reported.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Message">The message that it is about, if it is about one.</param>
/// <param name="Number">A count, a reason code or a packet id, by kind.</param>
/// <param name="Text">In words, where more is to be said.</param>
public readonly record struct BridgeEvent(
    BridgeEventKind Kind, BridgeMessage? Message = null, long Number = 0, string Text = "");

/// <summary>Counts since the start.</summary>
public sealed class BridgeCounters
{
    /// <summary>Messages that the local broker gave.</summary>
    public long Given { get; internal set; }
    /// <summary>Messages sent up, repeated ones too.</summary>
    public long Sent { get; internal set; }
    /// <summary>Messages of QoS ≥ 1 that the central has acknowledged.</summary>
    public long Acknowledged { get; internal set; }
    /// <summary>Messages sent up again.</summary>
    public long Repeated { get; internal set; }
    /// <summary>Messages of QoS 0 that were shed.</summary>
    public long Shed { get; internal set; }
    /// <summary>Messages that the central will never take.</summary>
    public long Refused { get; internal set; }
    /// <summary>Gap declarations sent.</summary>
    public long Gaps { get; internal set; }
    /// <summary>Messages that came down.</summary>
    public long Down { get; internal set; }
    /// <summary>Messages from above that the local broker has acknowledged.</summary>
    public long DownAcknowledged { get; internal set; }
    /// <summary>Messages from above that the local broker did not take.</summary>
    public long DownDropped { get; internal set; }
}
