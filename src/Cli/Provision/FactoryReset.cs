using LightMq.Cli.Board;
using LightMq.Cli.Files;

namespace LightMq.Cli.Provision;

/// <summary>
/// Makes the box as it was flashed. A marker says that it is wanted; the work is done at the next start, before
/// anything runs that holds files open, and the marker goes last, so that a power cut only means to go on.
/// </summary>
internal static class FactoryReset
{
    // What services keep; with DynamicUser= it lies in private/.
    private static readonly string[] Folders =
    [
        "/var/lib/private/lightmq", "/var/lib/private/lightmq-edgebroker", "/var/lib/private/lightmq-uplink",
        "/var/lib/private/lightmq-deviceagent", "/var/lib/lightmq", "/var/lib/lightmq-edgebroker",
        "/var/lib/lightmq-uplink", "/var/lib/lightmq-deviceagent", "/var/lib/systemd/timesync", "/var/log/journal",
        "/etc/lightmq", "/data/lightmq",
    ];

    /// <summary>Asks for it.</summary>
    public static void Ask(BoxPaths paths, IBoxDisk disk) =>
        disk.Write(paths.ResetMarker, "wanted\n"u8, Readers.Root);

    /// <summary>
    /// Does it, if it was asked for and the initial file system, which can wipe the whole partition, has not.
    /// </summary>
    public static void FinishIfAsked(BoxPaths paths, IBoxDisk disk)
    {
        if (disk.Read(paths.ResetMarker) is null) return;
        foreach (var path in new FileLedger(paths, disk).Made()) disk.Delete(paths.At(path));
        foreach (var name in disk.Names(paths.At("/etc/ssh")).Where(static name =>
            name.StartsWith("ssh_host_", StringComparison.Ordinal))) disk.Delete(paths.At("/etc/ssh/" + name));
        foreach (var folder in Folders) disk.DeleteFolder(paths.At(folder));
        disk.Delete(paths.ResetMarker);
    }
}
