using LightMq.Broker;
using LightMq.Host.Configuration;
using LightMq.Net;
using LightMq.Service;
using LightMq.Store;
using LightMq.Store.Disk;
using Microsoft.Extensions.Logging;

namespace LightMq.Host;

/// <summary>
/// The store as the host holds it: opened, shown to the engine, wired to the loop's mailbox.
/// </summary>
/// <param name="Groups">Where groups go.</param>
/// <param name="Disk">The directory and its lock; null for memory.</param>
/// <param name="Recovered">Values that the engine was shown.</param>
/// <param name="Trouble">What the disk refuses at present; null while it works.</param>
internal sealed record OpenStore(IGroupStore Groups, RealDisk? Disk, long Recovered, Func<string?> Trouble)
{
    private const int NoRoom = 28, OverQuota = 122, ReadOnly = 30;

    /// <summary>Opens the store and shows <paramref name="engine"/> all it holds.</summary>
    /// <param name="settings">Kind, place and sizes.</param>
    /// <param name="engine">Before its start.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where the disk's troubles are told.</param>
    /// <param name="mail">Where the store's answers go.</param>
    /// <param name="progress">Called now and then while a long opening moves.</param>
    /// <exception cref="StartFailure">A person must act first.</exception>
    public static OpenStore Open(
        StoreSettings settings, Engine engine, TimeProvider time, ILogger log, Mailbox mail, Action progress)
    {
        var lines = new DiskLines(log, settings.Directory, time);
        var callbacks = CallbacksOf(lines, mail);
        if (settings.Kind == StoreKind.Memory)
        {
            Log.MemoryOnly(log);
            return new OpenStore(new MemoryStore(callbacks, time), null, 0, static () => null);
        }
        try
        {
            var (groups, disk, recovered) = OpenDisk(settings, engine, time, lines, callbacks, progress);
            return new OpenStore(groups, disk, recovered, () => lines.Trouble);
        }
        catch (StoreUnavailableException wrong)
        {
            throw new StartFailure(CodeOf(wrong.InnerException), wrong.Message);
        }
        catch (DiskFullException)
        {
            throw new StartFailure(
                ExitCode.Disk, $"no room left for {settings.Directory}: free some space, then start again");
        }
        catch (IOException wrong)
        {
            throw new StartFailure(CodeOf(wrong), $"the store in {settings.Directory} cannot be opened: "
                + $"{wrong.Message}; check the disk, or name another directory with --data");
        }
    }

    private static (IGroupStore Groups, RealDisk Disk, long Recovered) OpenDisk(
        StoreSettings settings, Engine engine, TimeProvider time, DiskLines lines, StoreCallbacks callbacks,
        Action progress)
    {
        var disk = RealDisk.Take(settings.Directory);
        var store = LiteStore.Open(disk, new StoreOptions
        {
            LogBytes = settings.LogBytes,
            CheckpointBytes = settings.CheckpointBytes,
            ReserveBytes = settings.ReserveBytes,
            RetryMillisecondsMax = settings.RetryMillisecondsMax,
            Progress = progress,
        });
        lines.Tell(store.Report);
        long recovered = 0;
        store.ReadAll((collection, key, value) =>
        {
            recovered++;
            engine.Recover(collection, key, value);
        });
        lines.TellValues(store.DamagedValues);
        return (new StoreThread(disk, store, callbacks, time), disk, recovered);
    }

    private static StoreCallbacks CallbacksOf(DiskLines lines, Mailbox mail) => new()
    {
        Stored = number => mail.Stored(number),
        Loaded = (slot, bytes) => mail.Loaded(slot, bytes),
        DiskFull = full =>
        {
            lines.Full(full);
            mail.DiskFull(full);
        },
        Failed = lines.Failed,
        Recovered = report =>
        {
            lines.Recovered(report);
            // What salvage could not save is in the engine's memory still.
            if (report.Damage is not null) mail.StoreRebuilt();
        },
    };

    private static int CodeOf(Exception? cause) => cause switch
    {
        UnauthorizedAccessException => ExitCode.NoPermission,
        DiskFullException => ExitCode.Disk,
        IOException { HResult: ReadOnly } => ExitCode.CannotCreate,
        IOException { HResult: NoRoom or OverQuota } => ExitCode.Disk,
        _ => ExitCode.StoreUnavailable,
    };
}
