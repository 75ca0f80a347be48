using LightMq.Service;
using LightMq.Store.Disk;

namespace LightMq.Host.Secrets;

/// <summary>The file <c>secret.key</c> in the data directory: 32 random bytes, for its owner alone.</summary>
internal sealed class KeyFile(string directory)
{
    /// <summary>Its length.</summary>
    public const int Bytes = 32;

    private readonly string _path = Path.GetFullPath(Path.Combine(directory, "secret.key"));

    /// <summary>The key; null: there is no file.</summary>
    /// <exception cref="StartFailure">It cannot be used.</exception>
    public byte[]? Read()
    {
        if (!File.Exists(_path)) return null;
        PrivateFile.Check(_path, "it opens all secrets of the store");
        try
        {
            var key = File.ReadAllBytes(_path);
            return key.Length == Bytes ? key : throw new StartFailure(ExitCode.Configuration,
                $"{_path} has {key.Length} bytes in the place of {Bytes}: {Advice}");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new StartFailure(ExitCode.NoPermission, $"{_path} cannot be read: {wrong.Message}");
        }
    }

    /// <summary>Makes the file; it appears whole.</summary>
    /// <exception cref="StartFailure">The disk refuses.</exception>
    public void Make(byte[] key)
    {
        try
        {
            PrivateFile.Write(_path, key);
            RealDisk.SyncPath(directory);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new StartFailure(ExitCode.CannotCreate, $"{_path} cannot be made: {wrong.Message}");
        }
    }

    /// <summary>The store holds secrets, but there is no key.</summary>
    public StartFailure Missing() => new(ExitCode.Configuration,
        $"{_path} is missing, but the store holds secrets that were sealed with it: {Advice}");

    /// <summary>The store holds secrets that another key sealed.</summary>
    public StartFailure Foreign() => new(ExitCode.Configuration,
        $"{_path} is not the key that the store's secrets were sealed with: {Advice}");

    private static string Advice =>
        "put the file back from a backup that belongs to this store, or begin with an empty data directory "
        + "and set the access keys anew";
}
