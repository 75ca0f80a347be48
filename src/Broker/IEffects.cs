using LightMq.Broker.Connections;
using LightMq.Broker.Durability;
using LightMq.Broker.Settings;
using LightMq.Broker.Streams;

namespace LightMq.Broker;

/// <summary>
/// What the engine asks of the world while it handles an input. The host carries it out after the turn; no
/// member may call back into the engine.
/// </summary>
public interface IEffects
{
    /// <summary>
    /// <see cref="Connection.Outbox"/> went from empty to non-empty. Write its <see cref="Outbox.Unsent"/>
    /// when the turn ends and call <see cref="Outbox.Sent"/>; once it is empty and <see
    /// cref="Connection.WantsDrained"/> is set, give the engine <see cref="Input.Drained"/>.
    /// </summary>
    void Send(Connection connection);

    /// <summary>Stop (false) or go on (true) reading the connection's socket: back-pressure.</summary>
    void SetReading(Connection connection, bool on);

    /// <summary>
    /// Write what the outbox still holds, as far as the peer takes it within a second, then close the socket.
    /// The engine has let go of the connection already and needs no <see cref="Input.Closed"/>.
    /// </summary>
    void Close(Connection connection, CloseReason reason);

    /// <summary>
    /// Make the group durable and answer with <see cref="Input.Stored"/>. At most one group is under way; the
    /// host tries again for as long as the disk refuses. The group is the host's until it has answered.
    /// </summary>
    void Store(StoreGroup group);

    /// <summary>Read a slot back and answer with <see cref="Input.Loaded"/>, in the order asked.</summary>
    void Load(int slot);

    /// <summary>
    /// Compare a local user's password with its PBKDF2 hash, off the loop, and answer with
    /// <see cref="Input.PasswordChecked"/>.
    /// </summary>
    void CheckPassword(Connection connection, PasswordHash hash, byte[] password);

    /// <summary>
    /// Verify a token's signature with the public keys (LMQ-TOK-5), off the loop, and answer with <see
    /// cref="Input.TokenChecked"/>. Time, revocation and whose it is are the engine's to judge.
    /// </summary>
    void CheckToken(Connection connection, byte[] token);

    /// <summary>
    /// A change that came with <see cref="Input.RegistryChanged"/> is durable; it counted before.
    /// </summary>
    void RegistryStored(RegistryChange change);

    /// <summary>
    /// Put an entry into the core and answer with <see cref="Input.Kept"/> once it is durable, in the order
    /// of their numbers. Only a host with a core is asked (<see cref="BrokerOptions.Central"/>).
    /// </summary>
    void Keep(in CoreEntry entry, long number) =>
        throw new InvalidOperationException("this host has no core");

    /// <summary>
    /// What came with <see cref="Input.Requested"/> is done and durable, or refused, in words.
    /// </summary>
    void Answered(CentralRequest request, string refusal) =>
        throw new InvalidOperationException("this host has no core");

    /// <summary>Something a person may want to read in the log. Never per message, never a secret.</summary>
    void Report(in BrokerEvent happened);
}
