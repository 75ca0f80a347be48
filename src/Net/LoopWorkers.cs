using LightMq.Broker;
using LightMq.Broker.Connections;
using LightMq.Broker.Durability;
using LightMq.Broker.Settings;
using LightMq.Broker.Streams;

namespace LightMq.Net;

/// <summary>Puts an entry into a central's core; its bytes live as long as the call.</summary>
public delegate void KeepEntry(in CoreEntry entry, long number);

/// <summary>
/// What the loop hands to other threads: none may block, all answer by <see cref="Mailbox"/>.
/// </summary>
/// <param name="Store">Makes a group durable.</param>
/// <param name="Load">Reads a slot back.</param>
/// <param name="CheckPassword">Compares a password with its hash.</param>
public sealed record LoopWorkers(
    Action<StoreGroup> Store, Action<int> Load, Action<Connection, PasswordHash, byte[]> CheckPassword)
{
    /// <summary>Verifies a token's signature; needed where tokens are taken.</summary>
    public Action<Connection, byte[]> CheckToken { get; init; } =
        static (_, _) => throw new InvalidOperationException("nobody here verifies tokens");

    /// <summary>Puts an entry into the core; needed at a central.</summary>
    public KeepEntry Keep { get; init; } =
        static (in CoreEntry _, long _) => throw new InvalidOperationException("this host has no core");
}

/// <summary>What the loop tells its host, on the loop's thread.</summary>
/// <param name="Ready">The listeners take peers from now on.</param>
/// <param name="AcceptFailed">
/// Peers are turned away or wait, because of this error number: mostly no descriptor was left.
/// </param>
/// <param name="Happened">The engine has something for the log.</param>
/// <param name="TurnedAway">A peer did not come as far as MQTT: why, and in more words.</param>
public sealed record LoopEvents(
    Action<IReadOnlyList<Listener>> Ready, Action<Listener, int> AcceptFailed, Action<BrokerEvent> Happened,
    Action<Connection, Refusal, string> TurnedAway)
{
    /// <summary>A change of the registry is durable.</summary>
    public Action<RegistryChange> RegistryStored { get; init; } = static _ => { };

    /// <summary>What a central was asked is done and durable, or refused, in words.</summary>
    public Action<CentralRequest, string> Answered { get; init; } = static (_, _) => { };
}
