using LightMq.Process.Clients;

namespace LightMq.Appliance.Board;

/// <summary>The FAT partition of a card in a laptop.</summary>
internal sealed class BootPartition(string card)
{
    private const long OffsetBytes = 1 << 20;

    /// <summary>Writes a file there.</summary>
    public async Task Write(string name, byte[] content)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, content);
        await Tool.Run("mcopy", "-o", "-i", $"{card}@@{OffsetBytes}", file, $"::{name}");
        File.Delete(file);
    }

    /// <summary>Writes a text with the line ends of Windows.</summary>
    public Task Write(string name, string content) =>
        Write(name, System.Text.Encoding.UTF8.GetBytes(content.ReplaceLineEndings("\r\n")));

    /// <summary>
    /// Sets the media descriptor to 0 in both boot sectors and both tables: firmware and boot loader read the
    /// partition as before, Linux does not.
    /// </summary>
    public void HideFromLinux()
    {
        const int MediaAt = 21, SectorBytes = 512, CopyAt = 6 * SectorBytes;
        using var file = new FileStream(card, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var head = new byte[SectorBytes];
        file.Position = OffsetBytes;
        file.ReadExactly(head);
        var table = BitConverter.ToUInt16(head, 14) * SectorBytes;
        var tableBytes = BitConverter.ToInt32(head, 36) * SectorBytes;
        foreach (var at in (int[])[MediaAt, CopyAt + MediaAt, table, table + tableBytes])
        {
            file.Position = OffsetBytes + at;
            file.WriteByte(0);
        }
    }

    /// <summary>Reads a file; null: it is not there.</summary>
    public async Task<string?> Read(string name)
    {
        try
        {
            return await Tool.Run("mtype", "-i", $"{card}@@{OffsetBytes}", $"::{name}");
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
