using System.Globalization;
using System.Text;
using LightMq.Service;
using LightMq.Store.Disk;

namespace LightMq.Central.Core;

/// <summary>
/// The file <c>core/partitions</c>: with how many partitions per parent topic the core was begun. Another
/// number would send a key elsewhere than before, and break its order.
/// </summary>
internal static class PartitionCount
{
    private const string Name = "core/partitions", Folder = "core";

    /// <summary>Compares what is configured, or notes it in a new core.</summary>
    /// <exception cref="StartFailure">It is another number than before.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void Check(IDisk disk, int configured)
    {
        using var file = disk.Open(Name);
        Span<byte> bytes = stackalloc byte[16];
        var text = Encoding.ASCII.GetString(bytes[..file.Read(0, bytes)]).Trim();
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var known))
        {
            if (known == configured) return;
            throw new StartFailure(ExitCode.Configuration,
                $"Central:Partitions: '{configured}' is not {known}, with which the core in {disk.Path} was "
                + "begun: set it to that, or begin with an empty data directory");
        }
        var written = Encoding.ASCII.GetBytes($"{configured}\n");
        file.SetLength(0);
        file.Write(0, written);
        file.Sync();
        disk.SyncDirectory(Folder);
    }
}
