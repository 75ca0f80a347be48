using LightMq.Broker.Durability;
using LightMq.Broker.Messages;

namespace LightMq.Broker.Flows;

/// <summary>Says what could only be said once a group is durable.</summary>
internal sealed class Confirming(
    Journal journal, MessagePool messages, Delivering delivering, Answering answering, Finishing finishing,
    Receipting receipting,
    Connecting connecting, Subscribing subscribing, Releasing releasing, Inbound inbound,
    Vetting vetting, Registering registering, Requesting? requesting)
{
    /// <summary>Whether the epoch of this start is durable, so that clients may be let in.</summary>
    public bool IsEpochStored { get; private set; }

    /// <summary>A group is durable.</summary>
    public void Stored(long number)
    {
        if (journal.Stored(number) is not { } pending) return;
        foreach (var message in pending.Messages) message.Keeping = Keeping.Durable;
        foreach (var message in pending.Messages)
        {
            receipting.Safe(message);
            delivering.Stored(message);
        }
        delivering.GroupStored();
        foreach (var confirmation in pending.Confirmations) Confirm(confirmation);
        foreach (var message in pending.Messages) messages.Release(message);
        pending.Reset();
        inbound.Stored();
    }

    private void Confirm(in Confirmation confirmation)
    {
        var session = confirmation.Session!;
        switch (confirmation.Kind)
        {
            case ConfirmationKind.ConnAck:
                connecting.Confirmed(session, confirmation.Connection!, confirmation.Number != 0);
                vetting.Accepted(confirmation.Connection!);
                break;
            case ConfirmationKind.SubAck or ConfirmationKind.UnsubAck:
                subscribing.Confirmed(confirmation);
                break;
            case ConfirmationKind.PubRel: answering.ReceivedStored(session, confirmation.Number); break;
            case ConfirmationKind.PubRec:
                receipting.Stored(session, confirmation.Number);
                break;
            case ConfirmationKind.PubComp:
                releasing.Complete(confirmation.Connection!, (ushort)confirmation.Number);
                break;
            case ConfirmationKind.SessionGone: finishing.Abandon(session); break;
            case ConfirmationKind.Registry: registering.Stored(confirmation.Change!); break;
            case ConfirmationKind.Request: requesting!.Stored(confirmation.Request!); break;
            case ConfirmationKind.Epoch: IsEpochStored = true; break;
        }
    }
}
