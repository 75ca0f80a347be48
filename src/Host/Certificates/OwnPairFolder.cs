using LightMq.Host.Configuration;
using LightMq.Net.Tls;
using LightMq.Store.Disk;

namespace LightMq.Host.Certificates;

/// <summary>
/// The broker's own pair in the folder <c>tls</c> of its data directory: made once, never overwritten. The
/// folder appears whole, by renaming, after everything in it is synced.
/// </summary>
internal static class OwnPairFolder
{
    private const string Name = "tls", CertificateFile = "certificate.pem", KeyFile = "key.pem";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Public = Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Folder = Private | UnixFileMode.UserExecute;

    /// <summary>The files, as if they were configured.</summary>
    public static CertificateFiles Files(string directory)
    {
        var certificate = Path.Combine(directory, Name, CertificateFile);
        var key = Path.Combine(directory, Name, KeyFile);
        return new CertificateFiles(certificate, certificate, key, key);
    }

    /// <summary>What to do when the pair cannot be used.</summary>
    public static string Advice(string directory) =>
        "put both files back from a backup, or delete the folder "
        + $"{Path.GetFullPath(Path.Combine(directory, Name))} to have a new pair made; clients must then "
        + "trust the new one";

    /// <summary>Whether there is one; it may be damaged.</summary>
    public static bool Exists(string directory) => Directory.Exists(Path.Combine(directory, Name));

    /// <summary>Keeps a new pair.</summary>
    public static void Keep(string directory, TlsPair pair)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
        var folder = Path.Combine(directory, Name);
        var unfinished = folder + ".new";
        if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        Directory.CreateDirectory(directory);
        Directory.CreateDirectory(unfinished, Folder);
        Write(Path.Combine(unfinished, CertificateFile), pair.CertificatePem, Public);
        Write(Path.Combine(unfinished, KeyFile), pair.KeyPem, Private);
        RealDisk.SyncPath(unfinished);
        Directory.Move(unfinished, folder);
        RealDisk.SyncPath(directory);
    }

    private static void Write(string path, byte[] bytes, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode,
        });
        file.Write(bytes);
        file.Flush(flushToDisk: true);
    }
}
