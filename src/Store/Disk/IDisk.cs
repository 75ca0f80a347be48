namespace LightMq.Store.Disk;

/// <summary>
/// One directory of files, as the store sees it. Names are relative, with '/' between folder and file. Only
/// what <see cref="IDiskFile.Sync"/> and <see cref="SyncDirectory"/> have confirmed survives a power cut.
/// Every member may throw <see cref="IOException"/>; <see cref="DiskFullException"/> where room is what
/// lacks.
/// </summary>
public interface IDisk : IDisposable
{
    /// <summary>Where this is, for people.</summary>
    string Path { get; }

    /// <summary>
    /// Opens a file for reading and writing; makes an empty one, and its folder, where there is none.
    /// </summary>
    IDiskFile Open(string name);

    /// <summary>Whether a file of that name exists.</summary>
    bool Exists(string name);

    /// <summary>
    /// Names of the files in <paramref name="folder"/> ("" is the top), sorted; empty without it.
    /// </summary>
    IReadOnlyList<string> List(string folder);

    /// <summary>
    /// Moves a file, making the folder it goes to. Never call it onto a file that must be kept.
    /// </summary>
    void Rename(string from, string to);

    /// <summary>Removes a file; nothing happens where there is none.</summary>
    void Delete(string name);

    /// <summary>Makes creations, renames and removals in <paramref name="folder"/> durable.</summary>
    void SyncDirectory(string folder);
}

/// <summary>An open file of an <see cref="IDisk"/>; used by one thread at a time.</summary>
public interface IDiskFile : IDisposable
{
    /// <summary>Its length in bytes.</summary>
    long Length { get; }

    /// <summary>
    /// Fills <paramref name="to"/> from <paramref name="offset"/>; gives less only at the end.
    /// </summary>
    int Read(long offset, Span<byte> to);

    /// <summary>Writes all bytes, growing the file where needed.</summary>
    void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Cuts the file, or grows it by a hole.</summary>
    void SetLength(long length);

    /// <summary>
    /// Grows the file to at least <paramref name="length"/> with room that is really there.
    /// </summary>
    void Allocate(long length);

    /// <summary>
    /// fdatasync: what was written, and the length, survive a power cut once this has returned.
    /// </summary>
    void Sync();
}

/// <summary>The device has no room for what was to be written.</summary>
public sealed class DiskFullException(string message, Exception? inner = null) : IOException(message, inner);
