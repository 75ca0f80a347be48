using LightMq.Process.Broker;
using LightMq.Process.Clients;

namespace LightMq.Appliance.Board;

/// <summary>A USB stick as they are sold: one FAT partition.</summary>
internal sealed class UsbStick : IDisposable
{
    private const long Bytes = 512L << 20, OffsetBytes = 1 << 20;

    private readonly Scratch _scratch = new();

    private UsbStick()
    {
    }

    /// <summary>The file that is its storage.</summary>
    public string Path => _scratch["stick"];

    /// <summary>Makes an empty one.</summary>
    public static async Task<UsbStick> Make()
    {
        var stick = new UsbStick();
        using (var file = File.Create(stick.Path)) file.SetLength(Bytes);
        await Tool.Run("sh", "-c", $"echo '2048,,c' | sfdisk --quiet '{stick.Path}'");
        await Tool.Run("mkfs.vfat", "--offset", $"{OffsetBytes / 512}", "-F", "32", stick.Path,
            $"{(Bytes - OffsetBytes) / 1024}");
        return stick;
    }

    /// <summary>Copies a file into its top folder.</summary>
    public Task Add(string file, string name) =>
        Tool.Run("mcopy", "-o", "-i", $"{Path}@@{OffsetBytes}", file, $"::{name}");

    /// <summary>Writes a file into its top folder.</summary>
    public async Task Add(string name, byte[] content)
    {
        File.WriteAllBytes(_scratch["file"], content);
        await Add(_scratch["file"], name);
    }

    /// <summary>Makes a folder in its top folder.</summary>
    public Task AddFolder(string name) => Tool.Run("mmd", "-i", $"{Path}@@{OffsetBytes}", $"::{name}");

    /// <summary>Writes noise over its file system's beginning; the partition table stays.</summary>
    public void Ruin(Random chance)
    {
        var noise = new byte[8 << 20];
        chance.NextBytes(noise);
        using var file = new FileStream(Path, FileMode.Open);
        file.Position = OffsetBytes;
        file.Write(noise);
    }

    public void Dispose() => _scratch.Dispose();
}
