using System.Text;
using LightMq.Service;
using LightMq.Uplink.Settings;
using Microsoft.Extensions.Logging;

namespace LightMq.Uplink.State;

/// <summary>The state directory: what survives a restart (docs/FORMATS.md).</summary>
internal sealed class StateFolder
{
    private readonly string _clusterFile;
    private readonly ILogger _log;

    private StateFolder(UplinkSettings settings, TimeProvider time, ILogger log)
    {
        Directory = settings.State.Directory;
        _log = log;
        _clusterFile = Path.Combine(Directory, "cluster");
        Cluster = PrivateFile.ReadText(_clusterFile);
        Installation = State.Installation.Id(Path.Combine(Directory, "installation"));
        Refused = new RefusedStore(Path.Combine(Directory, "refused"), settings.State.RefusedBytesMax);
        StatusFile = settings.State.StatusFile.Length > 0 ? settings.State.StatusFile
            : Environment.GetEnvironmentVariable("RUNTIME_DIRECTORY") is { Length: > 0 } runtime
            ? Path.Combine(runtime.Split(':')[0], "uplink.json") : Path.Combine(Directory, "status.json");
        Func<bool> isTrusted = settings.IsClockTrusted ? static () => true : KernelClock.IsSynchronized;
        Clock = new KnownTime(Path.Combine(Directory, "last-time"), BuiltAt, isTrusted, time, log);
    }

    /// <summary>Where it is.</summary>
    public string Directory { get; }

    /// <summary>Id of this installation.</summary>
    public string Installation { get; }

    /// <summary>The cluster that was connected to last; null: none that has an id.</summary>
    public string? Cluster { get; private set; }

    /// <summary>Messages that the central will never take.</summary>
    public RefusedStore Refused { get; }

    /// <summary>Where the state of the link is told.</summary>
    public string StatusFile { get; }

    /// <summary>The time as far as it is known.</summary>
    public KnownTime Clock { get; }

    // The program's file has the date of its making, on an image that of the image.
    private static DateTimeOffset BuiltAt =>
        Environment.ProcessPath is { } path ? File.GetLastWriteTimeUtc(path) : DateTimeOffset.UnixEpoch;

    /// <summary>Opens it; makes it if it is not there.</summary>
    /// <exception cref="StartFailure">It cannot be used.</exception>
    public static StateFolder Open(UplinkSettings settings, TimeProvider time, ILogger log)
    {
        var directory = settings.State.Directory;
        try
        {
            System.IO.Directory.CreateDirectory(directory);
            return new StateFolder(settings, time, log);
        }
        catch (UnauthorizedAccessException wrong)
        {
            throw new StartFailure(ExitCode.NoPermission, $"'{directory}' is not permitted: {wrong.Message}");
        }
        catch (IOException wrong)
        {
            throw new StartFailure(ExitCode.CannotCreate, $"'{directory}' cannot be used: {wrong.Message}");
        }
    }

    /// <summary>A central answered, with the id of its cluster if it has one.</summary>
    public void SawCluster(string? cluster)
    {
        if (cluster is null || cluster == Cluster) return;
        if (Cluster is { } before) Log.ClusterChanged(_log, cluster, before);
        Cluster = cluster;
        try
        {
            PrivateFile.Write(_clusterFile, Encoding.UTF8.GetBytes(cluster));
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            Log.CannotWrite(_log, _clusterFile, wrong.Message);
        }
    }
}
