using System.Globalization;
using System.Text;
using LightMq.Store.Disk;
using LightMq.Store.Log;

namespace LightMq.Store;

/// <summary>
/// The names in the store's directory. A store is a pair <c>data.N</c> and <c>log.N</c>; the small file
/// <c>format</c> says which N is the live one, and is only ever replaced whole. So a rebuilt store takes
/// over in one step, and a power cut at any moment leaves the old one or the new one.
/// </summary>
internal sealed class StoreFiles(IDisk disk)
{
    public const int Version = 1;
    private const string MarkerName = "format";
    private const string MarkerNew = "format.new";
    private const string MarkerWord = "lightmq-store ";
    private const string QuarantineFolder = "quarantine";

    /// <summary>Number of the live pair; 0: there is none.</summary>
    public int Live { get; private set; }

    /// <summary>Why the marker is not to be believed, or null.</summary>
    public string? MarkerDamage { get; private set; }

    public static string Data(int number) => string.Create(CultureInfo.InvariantCulture, $"data.{number}");

    public static string Log(int number) => string.Create(CultureInfo.InvariantCulture, $"log.{number}");

    /// <summary>Folder for what was damaged in pair <paramref name="number"/>.</summary>
    public static string Quarantine(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{QuarantineFolder}/{number}");

    /// <summary>
    /// Whether the marker names no pair, and one was found that is complete: its creation was cut off before
    /// the marker was durable.
    /// </summary>
    public bool MarkerIsBehind { get; private set; }

    /// <summary>Finds the live pair and clears away what an interrupted rebuild has left.</summary>
    /// <exception cref="StoreUnavailableException">A newer version wrote this store.</exception>
    public void Read()
    {
        // A rename that an earlier process could not make durable reads as done: nothing may be acknowledged
        // upon it before it is.
        disk.SyncDirectory("");
        disk.Delete(MarkerNew);
        var numbers = Numbers();
        var exists = disk.Exists(MarkerName);
        if (exists && TryReadMarker(out var version, out var live))
        {
            if (version > Version) throw Newer(version);
            Live = live;
            if (live == 0) Live = numbers.Where(IsComplete).DefaultIfEmpty(0).Max();
            MarkerIsBehind = Live != live;
        }
        else
        {
            // A pair is isolated before the one that takes over from it acknowledges anything: the lowest
            // whole pair counts, the next one may be half built.
            Live = numbers.Where(IsWhole).DefaultIfEmpty(numbers.DefaultIfEmpty(0).Max()).Min();
            if (exists || Live > 0)
                MarkerDamage = $"the file {MarkerName} is {(exists ? "damaged" : "missing")}";
            if (exists) Move(MarkerName, Math.Max(Live, 1));
        }
        foreach (var number in numbers.Where(number => number != Live))
            if (number < Live || MarkerDamage is not null) Isolate(number);
            else Remove(number);
    }

    /// <summary>
    /// Makes pair <paramref name="number"/> the live one, durably. Both its files are synced.
    /// </summary>
    public void SetLive(int number)
    {
        using (var marker = disk.Open(MarkerNew))
        {
            marker.SetLength(0);
            var text = string.Create(CultureInfo.InvariantCulture, $"{MarkerWord}{Version}\nlive {number}\n");
            marker.Write(0, Encoding.ASCII.GetBytes(text));
            marker.Sync();
        }
        disk.SyncDirectory("");
        disk.Rename(MarkerNew, MarkerName);
        disk.SyncDirectory("");
        Live = number;
        MarkerDamage = null;
        MarkerIsBehind = false;
    }

    /// <summary>Moves a pair that is not live to its quarantine.</summary>
    public void Isolate(int number)
    {
        Move(Data(number), number);
        Move(Log(number), number);
    }

    private bool IsWhole(int number) => disk.Exists(Data(number)) && disk.Exists(Log(number));

    // Making a pair ends with a checkpoint, which begins the log's second generation.
    private bool IsComplete(int number)
    {
        if (!IsWhole(number)) return false;
        using var log = disk.Open(Log(number));
        return LogFile.ReadHeaders(log).Generation >= 2;
    }

    private void Remove(int number)
    {
        disk.Delete(Data(number));
        disk.Delete(Log(number));
    }

    // Nothing in quarantine is ever overwritten: a name that is taken gets a number behind it.
    private void Move(string name, int number)
    {
        if (!disk.Exists(name)) return;
        var folder = Quarantine(number);
        var target = $"{folder}/{name}";
        for (var i = 2; disk.Exists(target); i++)
            target = string.Create(CultureInfo.InvariantCulture, $"{folder}/{name}-{i}");
        disk.Rename(name, target);
        disk.SyncDirectory(folder);
        disk.SyncDirectory(QuarantineFolder);
        disk.SyncDirectory("");
    }

    private List<int> Numbers() =>
    [
        .. disk.List("").Select(NumberOf).Where(number => number > 0).Distinct().Order(),
    ];

    private static int NumberOf(string name)
    {
        var dot = name.IndexOf('.');
        return dot > 0 && name[..dot] is "data" or "log"
            && int.TryParse(
                name.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;
    }

    private bool TryReadMarker(out int version, out int live)
    {
        version = live = 0;
        Span<byte> bytes = stackalloc byte[64];
        using var marker = disk.Open(MarkerName);
        var text = Encoding.ASCII.GetString(bytes[..marker.Read(0, bytes)]);
        var lines = text.Split('\n');
        if (!lines[0].StartsWith(MarkerWord, StringComparison.Ordinal)) return false;
        if (!TryNumber(lines[0].AsSpan(MarkerWord.Length), out version) || version < 1) return false;
        if (version > Version) return true;
        return lines.Length == 3 && lines[1].StartsWith("live ", StringComparison.Ordinal)
            && TryNumber(lines[1].AsSpan(5), out live);
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private StoreUnavailableException Newer(int version) => new(
        $"the store in {disk.Path} has format {version} and this version knows formats up to {Version}: "
        + "install the newer version again, or name another data directory");
}
