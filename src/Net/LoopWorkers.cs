using LightMq.Broker.Connections;
using LightMq.Broker.Durability;
using LightMq.Broker.Settings;

namespace LightMq.Net;

/// <summary>
/// What the loop hands to other threads: none may block, all answer by <see cref="Mailbox"/>.
/// </summary>
/// <param name="Store">Makes a group durable.</param>
/// <param name="Load">Reads a slot back.</param>
/// <param name="CheckPassword">Compares a password with its hash.</param>
public sealed record LoopWorkers(
    Action<StoreGroup> Store, Action<int> Load, Action<Connection, PasswordHash, byte[]> CheckPassword);

/// <summary>What the loop tells its host, on the loop's thread.</summary>
public sealed record LoopEvents
{
    /// <summary>The listeners take peers from now on.</summary>
    public Action<IReadOnlyList<Listener>> Ready { get; init; } = static _ => { };
    /// <summary>A peer has connected.</summary>
    public Action<Connection> Opened { get; init; } = static _ => { };
    /// <summary>A connection has ended.</summary>
    public Action<Connection, CloseReason> Closed { get; init; } = static (_, _) => { };
    /// <summary>No descriptor was left: peers are turned away or wait.</summary>
    public Action<Listener> OutOfDescriptors { get; init; } = static _ => { };
}
