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

namespace LightMq.Broker;

/// <summary>The engine's parts, wired by hand: each is made once, and knows those made before it.</summary>
internal sealed class EngineParts
{
    public EngineParts(
        BrokerOptions options, BytesComparer names, Func<ReadOnlyMemory<byte>, string>? unseal)
    {
        Slots = new SlotTable(options.SlotWasteBytesMax);
        Register = new Register(options.Lmq, names, unseal);
        var dialects = new DialectTable(options, Register);
        Sessions = new SessionTable(names);
        Tree = new SubscriptionTree(names);
        Retained = new RetainedMessages(names, Messages, options);
        Journal = new Journal(Turn, options, Slots, Retained);
        Hold = new Hold(Turn, options, Journal, Messages);
        Recovery = new Recovery(options, Turn.Counters, Sessions, Tree, Slots, Retained, Messages, Register);
        var sending = new Sending(Turn);
        var bridging = new Bridging(Turn, options, sending, new StampWriter(Journal, Register));
        Receipting = new Receipting(Hold, sending);
        Paging = new Paging(Turn, options, Messages, Slots, Hold, Sessions);
        Delivering = new Delivering(
            Turn, options, Messages, Slots, Journal, Hold, Receipting, Paging, sending, bridging);
        Dropping = new Dropping(Delivering, Paging, Sessions);
        Pressure = new BackPressure(
            Turn, options, Messages, Retained, Journal, Dropping, Tree,
            Slots);
        var ordering = new Ordering(Turn, Register, Journal);
        var controlling = new Controlling(ordering);
        var forwarding = new Forwarding(Turn);
        var noticing = new Noticing(sending);
        Publishing = new Publishing(
            Turn, Tree, Retained, Messages, Journal, Hold, Delivering, sending,
            new Repeating(Journal, Receipting), Pressure, dialects, controlling, new Uploading(Turn),
            noticing, forwarding, ordering, bridging);
        Replaying = new Replaying(Turn, Retained,
            new RetainedSending(Messages, Sessions, Hold, Delivering, sending, Pressure, bridging), Pressure, bridging);
        Presence = new Presence(Turn, Register, Journal, Sessions, Publishing, Pressure);
        var wills = new Wills(Publishing, Pressure, Journal);
        var timers = new SessionTimers();
        var bequeathing = new Bequeathing(
            Turn, Sessions, Tree, Messages, Hold, Delivering, Pressure, bridging);
        var ending = new Ending(Turn, Sessions, timers, Tree, Journal, Hold, Delivering, bequeathing);
        Expiring =
            new Expiring(Turn, Sessions, timers, Retained, Journal, Dropping, ending, wills);
        Bridges = new BridgeSessions(Turn, options, Sessions, Tree, Journal, ending);
        Closing = new Closing(
            Turn, Connections, Sessions, Journal, Delivering, ending, Expiring, wills, Pressure,
            Presence);
        var granting = new Granting(Turn, dialects, ending, Journal);
        Connecting = new Connecting(
            Turn, options, Connections, Sessions, timers, Journal, Delivering, ending, Closing,
            wills, dialects, new ConnAnswering(Turn, options, Closing), noticing,
            granting, forwarding, Presence);
        Registering = new Registering(Turn, Register, Connections, Journal, Closing, granting);
        Vetting = new Vetting(
            Turn, Connections, Register, Connecting, Closing, Delivering, Receipting, noticing);
        Subscribing = new Subscribing(
            Turn, options, Tree, Journal, Replaying, Closing, dialects, noticing);
        var releasing = new Releasing(Turn, Journal, sending);
        var intake = new Intake(Turn, options, Closing, Publishing, Receipting, Pressure);
        Inbound = new Inbound(
            Turn, options, Connections, Journal, Connecting, Closing, intake, Subscribing,
            Delivering, releasing, Pressure);
        Confirming = new Confirming(
            Journal, Messages, Delivering, Receipting, Connecting, Subscribing, releasing,
            Inbound, Vetting, Registering);
        Watch = new Watch(Turn, options, Connections, Closing, Pressure, Vetting);
    }

    public Turn Turn { get; } = new();
    public MessagePool Messages { get; } = new();
    public SlotTable Slots { get; }
    public ConnectionTable Connections { get; } = new();
    public Register Register { get; }
    public SessionTable Sessions { get; }
    public SubscriptionTree Tree { get; }
    public RetainedMessages Retained { get; }
    public Journal Journal { get; }
    public Hold Hold { get; }
    public Recovery Recovery { get; }
    public Paging Paging { get; }
    public Delivering Delivering { get; }
    public Receipting Receipting { get; }
    public Dropping Dropping { get; }
    public BackPressure Pressure { get; }
    public Expiring Expiring { get; }
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
