using LightMq.Broker.Bridges;
using LightMq.Broker.Connections;
using LightMq.Broker.Dialects;
using LightMq.Broker.Durability;
using LightMq.Broker.Flows;
using LightMq.Broker.Messages;
using LightMq.Broker.Registry;
using LightMq.Broker.Routing;
using LightMq.Broker.Sessions;
using LightMq.Broker.Settings;
using LightMq.Broker.Streams;

namespace LightMq.Broker;

/// <summary>The engine's parts, wired by hand: each is made once, and knows those made before it.</summary>
internal sealed class EngineParts
{
    public EngineParts(
        BrokerOptions options, BytesComparer names, Func<ReadOnlyMemory<byte>, string>? unseal)
    {
        Slots = new SlotTable(options.SlotWasteBytesMax);
        Register = new Register(options, names, unseal);
        var dialects = new DialectTable(options, Register);
        Sessions = new SessionTable(names);
        Streams = new StreamTable(names);
        Tree = new SubscriptionTree(names);
        Retained = new RetainedMessages(names, Messages, options);
        Journal = new Journal(Turn, options, Slots, Retained);
        Hold = new Hold(Turn, options, Journal, Messages);
        Recovery = new Recovery(options, Turn.Counters, Sessions, Tree, Slots, Retained, Messages, Register);
        var sending = new Sending(Turn);
        var bridging = new Bridging(Turn, options, sending, new StampWriter(Journal, Register));
        Receipting = new Receipting(Hold, sending);
        Paging = new Paging(Turn, options, Messages, Slots, Hold, Sessions);
        var finishing = new Finishing(Turn, Messages, Slots, Journal, Receipting);
        Delivering = new Delivering(Turn, options, Journal, finishing, Paging, sending, bridging);
        var answering = new Answering(Journal, finishing, Delivering);
        Dropping = new Dropping(finishing, Delivering, Paging, Sessions);
        Pressure = new BackPressure(Turn, options, Messages, Retained, Journal, Dropping, Tree, Slots);
        Metering = new Metering(Turn, options, Register, Connections, Sessions, Tree);
        var drawing = new Drawing(Delivering, Paging);
        Pacing = new Pacing(Turn, options, names, drawing);
        var parting = new Parting(Hold, finishing, Paging);
        var timers = new SessionTimers();
        var bequeathing = new Bequeathing(
            Turn, Sessions, Tree, Messages, Hold, Delivering, Pressure, bridging);
        var ending = new Ending(Turn, Sessions, timers, Tree, Journal, Hold, finishing, bequeathing);
        var peers = new PeerToPeer(Turn, options, Sessions, Delivering, parting, ending, Streams);
        var forwarding = new Forwarding(Turn);
        var noticing = new Noticing(sending);
        var presence = new PresenceIndex(Journal);
        if (options.Central is not null)
            (Depositing, Streaming) = MakeStreaming(options.Central, forwarding, presence);
        Publishing = MakePublishing(dialects, sending, noticing, forwarding, bridging, drawing, peers,
            out var overtaking);
        Replaying = MakeReplaying(sending, bridging);
        Presence = new Presence(
            Turn, Register, Journal, Sessions, Publishing, Pressure, presence, Depositing);
        var wills = new Wills(Publishing, Pressure, Journal);
        Expiring = new Expiring(Turn, options, Sessions, timers, Retained, Journal, Dropping, ending, wills);
        Timekeeping = new Timekeeping(Turn, Journal);
        Bridges = new BridgeSessions(Turn, options, Sessions, Tree, Journal, ending, Publishing);
        Closing = MakeClosing(parting, peers, ending, wills);
        var granting = new Granting(Turn, dialects, ending, Journal);
        Connecting = MakeConnecting(
            options, names, dialects, timers, peers, ending, wills, noticing, granting, forwarding);
        Registering = new Registering(Turn, Register, Connections, Journal, Closing, granting, Metering);
        Vetting = MakeVetting(options.Central, noticing);
        Subscribing = MakeSubscribing(options, dialects, noticing);
        var releasing = new Releasing(Turn, Journal, sending);
        Requesting = Depositing is null
            ? null : new(Turn, options.Central!, Sessions, Journal, Publishing, peers, Pressure, Depositing);
        Inbound = MakeInbound(options, answering, releasing, overtaking);
        Confirming = new Confirming(Journal, Messages, Delivering, answering, finishing, Receipting,
            Connecting, Subscribing, releasing, Inbound, Vetting, Registering, Requesting);
        Watch = new Watch(Turn, options, Connections, Closing, Pressure, Vetting);
    }

    private Publishing MakePublishing(DialectTable dialects, Sending sending, Noticing noticing,
        Forwarding forwarding, Bridging bridging, Drawing drawing, PeerToPeer peers,
        out Overtaking overtaking)
    {
        var ordering = new Ordering(Turn, Register, Journal);
        var repeating = new Repeating(Journal, Receipting);
        var refusing = new Refusing(Turn, repeating, noticing);
        var controlling = new Controlling(ordering, new Pulling(Turn, drawing));
        var uploading = new Uploading(Turn);
        overtaking = new Overtaking(Turn, dialects, controlling, uploading, Pressure);
        return new Publishing(
            Turn, Tree, Retained, Messages, Journal, Hold, Delivering, sending, repeating, Pressure, dialects,
            controlling, uploading, refusing, Metering, forwarding, ordering,
            bridging, peers, Streaming, Depositing);
    }

    private Replaying MakeReplaying(Sending sending, Bridging bridging)
    {
        var retained = new RetainedSending(
            Turn, Messages, Sessions, Hold, Delivering, sending, Pressure, bridging);
        return new Replaying(Turn, Retained, retained, Pressure, bridging);
    }

    private Closing MakeClosing(Parting parting, PeerToPeer peers, Ending ending, Wills wills) => new(
        Turn, Connections, Sessions, Journal, parting, peers, ending, Expiring, wills, Pressure, Presence);

    private Vetting MakeVetting(CentralOptions? central, Noticing noticing) => new(
        Turn, Connections, Register, Connecting, Closing, Delivering, Receipting, noticing, Pressure,
        central);

    private Subscribing MakeSubscribing(BrokerOptions options, DialectTable dialects, Noticing noticing) =>
        new(Turn, options, Tree, Journal, Replaying, Closing, dialects, noticing, Metering);

    private (Depositing Depositing, Streaming Streaming) MakeStreaming(
        CentralOptions central, Forwarding forwarding, PresenceIndex presence)
    {
        var depositing = new Depositing(
            Turn, central, Messages, Receipting, new StampWriter(Journal, Register));
        return (depositing, new Streaming(Turn, Streams, Pressure, Journal, Hold, Messages, Receipting,
            depositing, forwarding, presence));
    }

    private Inbound MakeInbound(
        BrokerOptions options, Answering answering, Releasing releasing, Overtaking overtaking)
    {
        var intake = new Intake(
            Turn, options, Closing, Publishing, Receipting, Pressure, overtaking, Streaming);
        return new Inbound(Turn, options, Connections, Journal, Connecting, Closing, intake, Subscribing,
            answering, releasing, Pressure, Pacing);
    }

    private Connecting MakeConnecting(BrokerOptions options, BytesComparer names, DialectTable dialects,
        SessionTimers timers, PeerToPeer peers, Ending ending, Wills wills, Noticing noticing,
        Granting granting, Forwarding forwarding)
    {
        var admission = new Admission(Turn, options, Connections, Sessions, wills, dialects, noticing);
        return new Connecting(
            Turn, options, Connections, Sessions, timers, Journal, Delivering, peers, Pacing, ending,
            Closing, wills, admission, new KindChanges(Turn, names), dialects,
            new ConnAnswering(Turn, options, Closing), granting, Metering, forwarding, Presence);
    }

    public Turn Turn { get; } = new();
    public MessagePool Messages { get; } = new();
    public SlotTable Slots { get; }
    public ConnectionTable Connections { get; } = new();
    public Register Register { get; }
    public SessionTable Sessions { get; }
    public SubscriptionTree Tree { get; }
    public StreamTable Streams { get; }
    public Streaming? Streaming { get; }
    public Depositing? Depositing { get; }
    public Requesting? Requesting { get; }
    public RetainedMessages Retained { get; }
    public Journal Journal { get; }
    public Hold Hold { get; }
    public Metering Metering { get; }
    public Recovery Recovery { get; }
    public Paging Paging { get; }
    public Delivering Delivering { get; }
    public Receipting Receipting { get; }
    public Dropping Dropping { get; }
    public BackPressure Pressure { get; }
    public Pacing Pacing { get; }
    public Expiring Expiring { get; }
    public Timekeeping Timekeeping { get; }
    public Publishing Publishing { get; }
    public Presence Presence { get; }
    public Replaying Replaying { get; }
    public Subscribing Subscribing { get; }
    public BridgeSessions Bridges { get; }
    public Closing Closing { get; }
    public Connecting Connecting { get; }
    public Registering Registering { get; }
    public Vetting Vetting { get; }
    public Inbound Inbound { get; }
    public Confirming Confirming { get; }
    public Watch Watch { get; }
}
