using LightMq.Broker.Durability;
using LightMq.Broker.Messages;
using LightMq.Broker.Sessions;
using LightMq.Mqtt;

namespace LightMq.Broker.Flows;

/// <summary>
/// The one place that acknowledges publishes: only what is safe, in the order of their coming.
/// </summary>
internal sealed class Receipting(Hold hold, Sending sending)
{
    /// <summary>
    /// A publish was accepted: acknowledges it at once if it is safe and nothing older is owed, or else when
    /// it is.
    /// </summary>
    public void Owe(Session publisher, Message? message, ushort packetId, byte qos, ulong hash,
        ReasonCode reason = ReasonCode.Success)
    {
        var isSafe = message is null || message.IsOwedNothing;
        if (isSafe && (!publisher.HasReceipts || publisher.Receipts.Count == 0))
        {
            Write(publisher, packetId, qos, reason);
            return;
        }
        var number = publisher.Receipts.Add(new Receipt
        {
            Message = isSafe ? null : message, Hash = hash, PacketId = packetId, Qos = qos, IsSafe = isSafe,
            Reason = reason,
        });
        if (isSafe) return;
        Tie(message!, publisher, number);
    }

    /// <summary>
    /// The same message came again on a new connection: what the old one was owed passes over.
    /// </summary>
    public void OweAgain(Session publisher, in Receipt orphan)
    {
        var number = publisher.Receipts.Add(orphan);
        if (orphan.Message is { } message) Tie(message, publisher, number);
        Flush(publisher);
    }

    /// <summary>What a receipt without a message waited for is durable.</summary>
    public void Stored(Session publisher, long number)
    {
        publisher.Receipts.MarkSafe(number);
        Flush(publisher);
    }

    /// <summary>Every persistent copy of the message is acknowledged or durable.</summary>
    public void Safe(Message message)
    {
        if (message.IsSafe) return;
        message.IsSafe = true;
        if (!message.AwaitsCore) Give(message);
        if (message.Keeping == Keeping.Held) hold.Spared(message);
    }

    /// <summary>The core has the message.</summary>
    public void InCore(Message message)
    {
        message.AwaitsCore = false;
        if (message.IsSafe) Give(message);
    }

    private void Give(Message message)
    {
        if (message.Receipts is not { } receipts) return;
        message.Receipts = null;
        receipts.MarkSafe(message);
        if (receipts.Owner is { } publisher) Flush(publisher);
    }

    private static void Tie(Message message, Session publisher, long number)
    {
        message.Receipts = publisher.Receipts;
        message.ReceiptNumber = number;
        publisher.Receipts.Owner = publisher;
    }

    private void Flush(Session publisher)
    {
        if (publisher.Connection is null) return;
        while (publisher.Receipts.TryTakeSafe(out var receipt))
            Write(publisher, receipt.PacketId, receipt.Qos, receipt.Reason);
    }

    private void Write(Session publisher, ushort packetId, byte qos, ReasonCode reason)
    {
        if (publisher.Connection is not { IsClosed: false } connection) return;
        sending.Acknowledge(connection, qos == 1 ? PacketType.PubAck : PacketType.PubRec, packetId, reason);
    }
}
