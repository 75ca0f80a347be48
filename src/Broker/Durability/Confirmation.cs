using LightMq.Broker.Connections;
using LightMq.Broker.Sessions;
using LightMq.Broker.Settings;

namespace LightMq.Broker.Durability;

/// <summary>What may only be said once a group is durable.</summary>
internal enum ConfirmationKind : byte
{
    /// <summary>The session change that CONNACK confirms.</summary>
    ConnAck,
    /// <summary>The filters that SUBACK confirms.</summary>
    SubAck,
    /// <summary>The removal that UNSUBACK confirms.</summary>
    UnsubAck,
    /// <summary>A PUBREC from a subscriber: PUBREL may follow.</summary>
    PubRel,
    /// <summary>A QoS 2 publish that came again while the disk was busy with it: PUBREC may follow.</summary>
    PubRec,
    /// <summary>A released packet id: PUBCOMP may follow.</summary>
    PubComp,
    /// <summary>A session that is gone from the disk: nobody waits for its queue any more.</summary>
    SessionGone,
    /// <summary>The epoch: clients may be let in.</summary>
    Epoch,
    /// <summary>A change of the registry: who asked for it may be told.</summary>
    Registry,
    /// <summary>What a central was asked: who asked may be told.</summary>
    Request,
}

/// <summary>One such thing, for one client.</summary>
internal readonly record struct Confirmation(
    ConfirmationKind Kind, Session? Session, Connection? Connection, long Number = 0, byte[]? Packet = null,
    List<Subscription>? Granted = null, RegistryChange? Change = null,
    CentralRequest? Request = null);
