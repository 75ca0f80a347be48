using System.Globalization;
using LightMq.Store.Disk;

namespace LightMq.Central.Core;

/// <summary>
/// A file of the core: batches one behind the other, the first of them a snapshot. Only the newest grows; a
/// whole segment is removed when all of it is old enough.
/// </summary>
internal sealed class Segment(IDisk disk, long number, IDiskFile file) : IDisposable
{
    private const string Folder = "core", Suffix = ".segment";
    private const int SearchBytes = 1 << 16;

    /// <summary>Counts up.</summary>
    public long Number { get; } = number;

    /// <summary>Where the next batch goes.</summary>
    public long End { get; set; }

    /// <summary>When its newest record was taken, ms since 1970.</summary>
    public long NewestAt { get; set; }

    /// <summary>Numbers of all segments of a disk, rising.</summary>
    public static List<long> Find(IDisk disk)
    {
        var numbers = new List<long>();
        foreach (var name in disk.List(Folder))
            if (name.EndsWith(Suffix, StringComparison.Ordinal)
                && long.TryParse(Path.GetFileName(name.AsSpan())[..^Suffix.Length], NumberStyles.None,
                    CultureInfo.InvariantCulture, out var number))
                numbers.Add(number);
        numbers.Sort();
        return numbers;
    }

    /// <summary>Opens or makes one.</summary>
    public static Segment Open(IDisk disk, long number) => new(disk, number, disk.Open(NameOf(number)));

    /// <summary>Makes its name durable.</summary>
    public static void SyncNames(IDisk disk) => disk.SyncDirectory(Folder);

    /// <summary>Writes bytes at the end, without moving it, and syncs.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        file.Write(End, bytes);
        file.Sync();
    }

    /// <summary>Reads the head of the batch at a place; false: there is none.</summary>
    public bool TryReadHead(long at, out BatchHead head)
    {
        Span<byte> bytes = stackalloc byte[BatchHead.Size];
        head = default;
        return file.Read(at, bytes) == bytes.Length && BatchHead.TryRead(bytes, out head);
    }

    /// <summary>Reads the body of a batch; null: it is not what was written.</summary>
    public byte[]? ReadBody(long at, in BatchHead head)
    {
        if (at + head.Length > file.Length) return null;
        var body = new byte[head.BodyBytes];
        return file.Read(at + BatchHead.Size, body) == body.Length && Crc.Of(body) == head.BodySum
            ? body : null;
    }

    /// <summary>Looks for the next head from a sector on; -1: nothing more comes.</summary>
    public long FindHead(long at)
    {
        var bytes = new byte[SearchBytes + BatchHead.Size];
        for (; at + BatchHead.Size <= file.Length; at += SearchBytes)
        {
            var length = file.Read(at, bytes);
            for (var i = 0; i < SearchBytes && i + BatchHead.Size <= length; i += BatchHead.SectorBytes)
                if (BatchHead.TryRead(bytes.AsSpan(i), out _)) return at + i;
        }
        return -1;
    }

    /// <summary>
    /// Cuts off what was not finished, and makes the rest durable: a killed process may have left it to the
    /// kernel alone. The last batch is written again, for after a sync that failed the kernel takes for clean
    /// what the disk never got.
    /// </summary>
    /// <param name="last">Where the last batch begins.</param>
    /// <param name="length">Where it ends.</param>
    public void Cut(long last, long length)
    {
        if (file.Length > length) file.SetLength(length);
        var batch = new byte[length - last];
        if (file.Read(last, batch) != batch.Length) throw new IOException("a segment became shorter");
        if (batch.Length > 0) file.Write(last, batch);
        file.Sync();
        SyncNames(disk);
    }

    /// <summary>Removes the file.</summary>
    public void Remove()
    {
        Dispose();
        disk.Delete(NameOf(Number));
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private static string NameOf(long number) =>
        string.Create(CultureInfo.InvariantCulture, $"{Folder}/{number:d12}{Suffix}");
}
