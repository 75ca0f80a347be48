using System.Globalization;
using LightMq.Service;

namespace LightMq.Uplink.State;

/// <summary>
/// The messages that the central will never take: one file each, so that a person can look, send them
/// again or throw them away while the uplink runs. Bounded: when it is full the uplink waits, and nothing
/// is lost.
/// </summary>
/// <param name="directory">Where they are; made when the first one comes.</param>
/// <param name="bytesMax">Bytes of all files together.</param>
internal sealed class RefusedStore(string directory, long bytesMax)
{
    private const string Suffix = ".json", ReplaySuffix = ".replay";

    /// <summary>Numbers of the messages, the oldest first.</summary>
    public IEnumerable<long> Numbers => Files(Suffix);

    /// <summary>Numbers of those that shall go up again.</summary>
    public IEnumerable<long> ToReplay => Files(ReplaySuffix);

    /// <summary>How many there are.</summary>
    public int Count => Numbers.Count() + ToReplay.Count();

    /// <summary>Keeps a message; durable when this returns.</summary>
    /// <returns>False: there is no room.</returns>
    /// <exception cref="IOException">The disk refuses.</exception>
    public bool TryKeep(RefusedMessage refused)
    {
        Directory.CreateDirectory(directory);
        if (IsKept(refused)) return true;
        var json = refused.ToJson();
        if (Bytes + json.Length > bytesMax) return false;
        var number = Numbers.Concat(ToReplay).DefaultIfEmpty().Max() + 1;
        PrivateFile.Write(PathOf(number, Suffix), json);
        return true;
    }

    /// <summary>A message; null: there is none of this number, or it cannot be read.</summary>
    public RefusedMessage? Read(long number)
    {
        foreach (var suffix in (string[])[Suffix, ReplaySuffix])
            if (File.Exists(PathOf(number, suffix)))
                return RefusedMessage.Read(File.ReadAllBytes(PathOf(number, suffix)));
        return null;
    }

    /// <summary>Bytes of a message's file.</summary>
    public long BytesOf(long number) => new FileInfo(PathOf(number, Suffix)).Length;

    /// <summary>The running uplink shall send it up again, as a message without a number.</summary>
    public void Replay(long number) => File.Move(PathOf(number, Suffix), PathOf(number, ReplaySuffix));

    /// <summary>Throws a message away.</summary>
    public void Drop(long number)
    {
        File.Delete(PathOf(number, Suffix));
        File.Delete(PathOf(number, ReplaySuffix));
    }

    private long Bytes => new DirectoryInfo(directory).EnumerateFiles().Sum(static file => file.Length);

    // The local broker gives a message again whose acknowledgement was lost with the connection.
    private bool IsKept(RefusedMessage refused)
    {
        var message = refused.Message;
        if (!message.IsNumbered) return false;
        foreach (var number in Numbers)
            if (Read(number)?.Message is { } kept && kept.Sequence == message.Sequence
                && kept.Client == message.Client && kept.Epoch == message.Epoch)
                return true;
        return false;
    }

    private string PathOf(long number, string suffix) =>
        Path.Combine(directory, number.ToString("D10", CultureInfo.InvariantCulture) + suffix);

    private IEnumerable<long> Files(string suffix)
    {
        if (!Directory.Exists(directory)) return [];
        return Directory.EnumerateFiles(directory, "*" + suffix)
            .Select(static file => long.TryParse(Path.GetFileNameWithoutExtension(file), NumberStyles.None,
                CultureInfo.InvariantCulture, out var number) ? number : 0)
            .Where(static number => number > 0)
            .Order();
    }
}
