using System.Security.Cryptography;
using System.Text;

namespace LightMq.Cli.Files;

/// <summary>Who may read a file.</summary>
internal enum Readers
{
    /// <summary>Everybody.</summary>
    All,
    /// <summary>Root and the services of the box: group lightmq.</summary>
    Services,
    /// <summary>Root alone.</summary>
    Root,
}

/// <summary>Puts our keys into what is there; null: <paramref name="complaint"/> says why that cannot be
/// done.</summary>
internal delegate string? MergeInto(string there, out string complaint);

/// <summary>A file that provisioning makes.</summary>
/// <param name="Path">Where, on the box.</param>
/// <param name="Content">What is in it; of a link its target.</param>
/// <param name="Readers">Who may read it.</param>
internal sealed record BoxFile(string Path, string Content, Readers Readers = Readers.All)
{
    /// <summary>Whether it is a symbolic link.</summary>
    public bool IsLink { get; init; }

    /// <summary>
    /// Puts our keys into what is there, so that what an engineer added stays; null: the file is ours whole.
    /// </summary>
    public MergeInto? Merge { get; init; }

    /// <summary>Its content in short.</summary>
    public string Digest => DigestOf(Encoding.UTF8.GetBytes(Content));

    /// <summary>Some content in short.</summary>
    public static string DigestOf(ReadOnlySpan<byte> bytes) =>
        Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Does not show the content: it may be secret.</summary>
    public override string ToString() => Path;
}
