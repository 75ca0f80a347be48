using LightMq.Broker;
using LightMq.Broker.Settings;
using LightMq.Net;
using LightMq.Store.Disk;

namespace LightMq.Host;

/// <summary>The program that a broker runs in, and what it has beside a broker.</summary>
/// <param name="Name">Its name in the log.</param>
/// <param name="Version">Its version.</param>
public sealed record BrokerProgram(string Name, string Version)
{
    /// <summary>
    /// Called at the start, once the store is open and the engine has seen what is stored, before the loop
    /// begins: what it gives takes the place of the workers.
    /// </summary>
    public Func<BrokerParts, LoopWorkers, LoopWorkers> Extend { get; init; } =
        static (_, workers) => workers;

    /// <summary>Told, by the loop, what became of what a central was asked.</summary>
    public Action<CentralRequest, string> Answered { get; init; } = static (_, _) => { };

    /// <summary>Called at the stop, once the loop has ended and before the store is let go.</summary>
    public Action Ended { get; init; } = static () => { };
}

/// <summary>The parts of a broker that its program may use.</summary>
/// <param name="Engine">Before its start; later any thread may read <see cref="Engine.Registry"/>.</param>
/// <param name="Mail">How other threads reach it.</param>
/// <param name="Clock">Whether the wall clock is right.</param>
/// <param name="Disk">The store's directory, whose lock is held; null for memory.</param>
public sealed record BrokerParts(Engine Engine, Mailbox Mail, ClockTrust Clock, RealDisk? Disk);
