using System.Text;
using LightMq.Service;
using LightMq.Store.Disk;

namespace LightMq.Central.Core;

/// <summary>
/// Name of a central and its core, drawn at the first start and told to every gateway: the file
/// <c>core/cluster</c>. An empty or another data directory is another central.
/// </summary>
/// <param name="id">32 hex digits.</param>
/// <param name="isNew">Whether it must be kept yet.</param>
internal sealed class ClusterName(string id, bool isNew)
{
    private const string Name = "core/cluster", Folder = "core";
    private const int Bytes = 16;

    /// <summary>32 hex digits.</summary>
    public string Id => id;

    /// <summary>Reads it, or draws one; nothing is written before the store's lock is held.</summary>
    /// <exception cref="StartFailure">The file cannot be used.</exception>
    public static ClusterName Find(string directory)
    {
        var path = Path.GetFullPath(Path.Combine(directory, Name));
        try
        {
            var text = File.Exists(path) ? File.ReadAllText(path).Trim() : "";
            if (text.Length > 0) return IsWellFormed(text) ? new ClusterName(text, isNew: false)
                : throw new StartFailure(ExitCode.Configuration,
                    $"{path} does not hold {2 * Bytes} hex digits: put it back from a backup, or delete it; "
                    + "gateways then report another central");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new StartFailure(ExitCode.NoPermission, $"{path} cannot be read: {wrong.Message}");
        }
        Span<byte> chance = stackalloc byte[Bytes];
        Chance.Fill(chance);
        return new ClusterName(Convert.ToHexStringLower(chance), isNew: true);
    }

    /// <summary>Keeps a new one, before the first gateway is told.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void Keep(IDisk disk)
    {
        if (!isNew) return;
        using var file = disk.Open(Name);
        file.SetLength(0);
        file.Write(0, Encoding.ASCII.GetBytes(id + "\n"));
        file.Sync();
        disk.SyncDirectory(Folder);
    }

    private static bool IsWellFormed(string text) =>
        text.Length == 2 * Bytes && text.All(char.IsAsciiHexDigitLower);
}
