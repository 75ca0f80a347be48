using System.Globalization;
using System.Text;
using LightMq.Store.Disk;

namespace LightMq.Central.State;

/// <summary>
/// A small file of facts, one line each, that are on the disk before <see cref="Append"/> returns: a CRC-32C
/// in eight hex digits, a space, JSON, a newline (docs/FORMATS.md, "Journals"). A line that was not finished
/// when the power went is cut off; one that is damaged is passed over and told. For any thread.
/// </summary>
internal sealed class Journal : IDisposable
{
    private const int SumCharacters = 8;
    private const long BytesMax = 256 << 20;

    private readonly IDisk _disk;
    private readonly string _name;
    private readonly Lock _gate = new();
    private IDiskFile _file;
    private long _end;
    private bool _isDirty;

    private Journal(IDisk disk, string name)
    {
        (_disk, _name) = (disk, name);
        _file = disk.Open(name);
        disk.Delete(name + ".new");
    }

    /// <summary>Lines that did not verify at the start.</summary>
    public int Damaged { get; private set; }

    /// <summary>Bytes in the file.</summary>
    public long Bytes
    {
        get { lock (_gate) return _end; }
    }

    /// <summary>Opens a file, or makes it, and shows every line that verifies, in order.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static Journal Open(IDisk disk, string name, Action<ReadOnlyMemory<byte>> read)
    {
        var journal = new Journal(disk, name);
        journal.Load(read);
        return journal;
    }

    /// <summary>Adds a line; it is durable then.</summary>
    /// <exception cref="IOException">It is not: the disk refuses. It may be tried again.</exception>
    public void Append(ReadOnlySpan<byte> json)
    {
        var line = LineOf(json);
        lock (_gate)
        {
            // What an attempt left that failed must not stand before the next line.
            if (_isDirty) _file.SetLength(_end);
            _isDirty = true;
            _file.Write(_end, line);
            _file.Sync();
            _isDirty = false;
            _end += line.Length;
        }
    }

    /// <summary>Replaces the whole file by these lines; one of both is there, whatever happens.</summary>
    /// <exception cref="IOException">The disk refuses; the old lines stand.</exception>
    public void Rewrite(IEnumerable<byte[]> lines)
    {
        lock (_gate)
        {
            var unfinished = _name + ".new";
            _disk.Delete(unfinished);
            long end = 0;
            using (var file = _disk.Open(unfinished))
            {
                foreach (var json in lines)
                {
                    var line = LineOf(json);
                    file.Write(end, line);
                    end += line.Length;
                }
                file.Sync();
            }
            _disk.Rename(unfinished, _name);
            _disk.SyncDirectory(Path.GetDirectoryName(_name)!);
            _file.Dispose();
            _file = _disk.Open(_name);
            (_end, _isDirty) = (end, false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate) _file.Dispose();
    }

    private void Load(Action<ReadOnlyMemory<byte>> read)
    {
        if (_file.Length > BytesMax) throw new IOException($"{_name} is no file of ours: it is too long");
        var bytes = new byte[_file.Length];
        var length = _file.Read(0, bytes);
        var rest = bytes.AsMemory(0, length);
        for (var line = rest.Span.IndexOf((byte)'\n'); line >= 0; line = rest.Span.IndexOf((byte)'\n'))
        {
            if (TryLine(rest[..line], out var json)) read(json);
            else Damaged++;
            _end += line + 1;
            rest = rest[(line + 1)..];
        }
        if (_file.Length > _end) _file.SetLength(_end);
        // A killed process may have left what it wrote to the kernel alone.
        _file.Sync();
        _disk.SyncDirectory(Path.GetDirectoryName(_name)!);
    }

    private static bool TryLine(ReadOnlyMemory<byte> line, out ReadOnlyMemory<byte> json)
    {
        json = default;
        if (line.Length <= SumCharacters || line.Span[SumCharacters] != (byte)' ') return false;
        json = line[(SumCharacters + 1)..];
        return uint.TryParse(line.Span[..SumCharacters], NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture, out var sum) && sum == Crc.Of(json.Span);
    }

    private static byte[] LineOf(ReadOnlySpan<byte> json)
    {
        var line = new byte[SumCharacters + 1 + json.Length + 1];
        Encoding.ASCII.GetBytes(
            Crc.Of(json).ToString("x8", CultureInfo.InvariantCulture), line.AsSpan(0, SumCharacters));
        line[SumCharacters] = (byte)' ';
        json.CopyTo(line.AsSpan(SumCharacters + 1));
        line[^1] = (byte)'\n';
        return line;
    }
}
