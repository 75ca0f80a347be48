using LightMq.Cli.Files;

namespace LightMq.Cli.Board;

/// <summary>What provisioning asks of file systems. A test has one that fails at any operation.</summary>
internal interface IBoxDisk
{
    /// <summary>A file's bytes; null: it is not there.</summary>
    byte[]? Read(string path);

    /// <summary>Writes a file whole or not at all, and its folders; on the disk before this returns.</summary>
    void Write(string path, ReadOnlySpan<byte> bytes, Readers readers);

    /// <summary>The same on the card, whose file system knows no owners.</summary>
    void WriteCard(string path, ReadOnlySpan<byte> bytes);

    /// <summary>Writes over the bytes of a file where they lie; on the disk before this returns.</summary>
    void Overwrite(string path, ReadOnlySpan<byte> bytes);

    /// <summary>Makes a symbolic link, in the place of whatever is there.</summary>
    void Link(string path, string target);

    /// <summary>Where a symbolic link leads; null: it is none.</summary>
    string? TargetOf(string path);

    /// <summary>Gives a file the name of another one, which goes.</summary>
    void Move(string from, string to);

    /// <summary>Removes a file, if it is there.</summary>
    void Delete(string path);

    /// <summary>Removes a folder with all that is in it, or the link that stands for it, if it is there.</summary>
    void DeleteFolder(string path);

    /// <summary>Names of the files of a folder; none where it is not there.</summary>
    IReadOnlyList<string> Names(string folder);
}
