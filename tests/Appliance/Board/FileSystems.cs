using System.Buffers.Binary;
using System.Text;
using LightMq.Process.Broker;
using LightMq.Process.Clients;

namespace LightMq.Appliance.Board;

/// <summary>The file systems on a card that lies on the table.</summary>
internal static class FileSystems
{
    private const int SectorBytes = 512, EntryBytes = 128, EntriesMax = 16;

    /// <summary>Fails with the checker's words unless all are without a fault, and were let go in
    /// order.</summary>
    public static async Task AssertClean(string card)
    {
        using var scratch = new Scratch();
        foreach (var (name, offset, bytes) in Partitions(card))
            if (name == "data") await Tool.Run("e2fsck", "-f", "-n", $"{card}?offset={offset}");
            else if (name is "boot" or "env")
            {
                Copy(card, offset, bytes, scratch[name]);
                await Tool.Run("fsck.vfat", "-n", scratch[name]);
            }
    }

    // Of its GPT.
    private static List<(string Name, long Offset, long Bytes)> Partitions(string card)
    {
        using var file = Open(card);
        var entries = new byte[EntriesMax * EntryBytes];
        file.Position = 2 * SectorBytes;
        file.ReadExactly(entries);
        var all = new List<(string, long, long)>();
        for (var at = 0; at < entries.Length; at += EntryBytes)
        {
            var first = BinaryPrimitives.ReadInt64LittleEndian(entries.AsSpan(at + 32)) * SectorBytes;
            var end = (BinaryPrimitives.ReadInt64LittleEndian(entries.AsSpan(at + 40)) + 1) * SectorBytes;
            if (first > 0)
                all.Add((Encoding.Unicode.GetString(entries, at + 56, 72).TrimEnd('\0'), first, end - first));
        }
        return all.Count == 5 ? all : throw new InvalidOperationException($"{all.Count} partitions");
    }

    private static void Copy(string card, long offset, long bytes, string to)
    {
        using var from = Open(card);
        var content = new byte[bytes];
        from.Position = offset;
        from.ReadExactly(content);
        File.WriteAllBytes(to, content);
    }

    private static FileStream Open(string card) =>
        new(card, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
}
