using LightMq.Store.Disk;

namespace LightMq.Simulator.Disk;

/// <summary>
/// A disk in memory that may do whatever a real one may: refuse any operation, run full, and at a power cut
/// keep an arbitrary part of what was not synced, in any order, to the half sector. The same seed does the
/// same.
/// </summary>
public sealed class SimulatedDisk(int seed) : IDisk
{
    private readonly Random _random = Begin(seed);
    private readonly Dictionary<string, SimulatedFile> _live = [];
    private readonly List<NameChange> _unsyncedNames = [];
    private Dictionary<string, SimulatedFile> _durable = [];
    private int _power = 1;

    public string Path => "simulated";

    /// <summary>Operations so far that change or sync something. Reads are not among them.</summary>
    public long Operations { get; private set; }

    /// <summary>Number of the first operation to refuse; 0: none.</summary>
    public long FailAt { get; set; }

    /// <summary>How many operations to refuse from <see cref="FailAt"/> on.</summary>
    public long FailCount { get; set; } = 1;

    /// <summary>Number of the operation during which the power goes; 0: none.</summary>
    public long PowerOffAt { get; set; }

    /// <summary>
    /// Whether <see cref="PowerOffAt"/> was reached; every operation fails until <see cref="PowerOn"/>.
    /// </summary>
    public bool IsOff { get; private set; }

    /// <summary>Refuse reads, for as long as this is set.</summary>
    public bool FailReads { get; set; }

    /// <summary>Bad spots: reads that touch one of these bytes of a file fail, for ever.</summary>
    public ISet<(string Name, long Offset)> BadSpots { get; } = new HashSet<(string, long)>();

    /// <summary>Room of the device; files cannot grow beyond it together.</summary>
    public long SpaceBytes { get; set; } = long.MaxValue;

    /// <summary>Whether a power cut may also split a sector; if not, sectors change as a whole.</summary>
    public bool TearsSectors { get; set; } = true;

    /// <summary>
    /// A lying disk: syncs of files whose names begin so succeed and do nothing ("": all; null: none). No
    /// store survives it, which shows that checks can fail.
    /// </summary>
    public string? IgnoresSyncsOf { get; set; }

    /// <summary>Bytes written since the start.</summary>
    public long BytesWritten { get; private set; }

    /// <summary>Syncs of files since the start.</summary>
    public long Syncs { get; private set; }

    public IDiskFile Open(string name)
    {
        if (!_live.TryGetValue(name, out var file))
        {
            Operation();
            file = new SimulatedFile();
            Change(new NameChange(null, name, file));
        }
        return new SimulatedHandle(this, file, _power);
    }

    public bool Exists(string name)
    {
        Reading();
        return _live.ContainsKey(name);
    }

    public IReadOnlyList<string> List(string folder)
    {
        Reading();
        var names = _live.Keys.Where(name => FolderOf(name) == folder).Select(NameIn).ToList();
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    public void Rename(string from, string to)
    {
        Operation();
        if (!_live.TryGetValue(from, out var file)) throw new FileNotFoundException(from);
        Change(new NameChange(from, to, file));
    }

    public void Delete(string name)
    {
        Operation();
        if (_live.TryGetValue(name, out var file)) Change(new NameChange(name, null, file));
    }

    public void SyncDirectory(string folder)
    {
        Operation();
        if (IgnoresSyncsOf == "") return;
        foreach (var change in _unsyncedNames) change.Synced(folder);
        Settle(change => change.IsSynced);
    }

    /// <summary>
    /// Cuts the power and brings it back: what was not synced is kept in part, or not at all.
    /// </summary>
    public void PowerOff()
    {
        var prefix = _random.Next(2) == 0 ? _random.Next(_unsyncedNames.Count + 1) : -1;
        for (var i = 0; i < _unsyncedNames.Count; i++)
            if (prefix < 0 ? _random.Next(2) == 0 : i < prefix) _unsyncedNames[i].ApplyTo(_durable);
        _unsyncedNames.Clear();
        _live.Clear();
        foreach (var (name, file) in _durable.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            file.PowerOff(_random, TearsSectors);
            _live[name] = file;
        }
        PowerOn();
    }

    /// <summary>
    /// Ends the process that used the disk, but not the machine: everything written is there.
    /// </summary>
    public void PowerOn()
    {
        _power++;
        IsOff = false;
        PowerOffAt = 0;
        FailAt = 0;
    }

    /// <summary>Changes bytes behind everybody's back, durably.</summary>
    public void Damage(string name, long offset, ReadOnlySpan<byte> bytes) =>
        _live[name].Damage(offset, bytes);

    /// <summary>Puts a whole file in place behind everybody's back, durably.</summary>
    public void Plant(string name, ReadOnlySpan<byte> content)
    {
        var file = _live.GetValueOrDefault(name) ?? new SimulatedFile();
        file.Replace(content);
        _live[name] = _durable[name] = file;
    }

    /// <summary>A file's bytes as a reader would see them.</summary>
    public byte[] Content(string name) => _live[name].Content;

    /// <summary>Every file there is, with its folder.</summary>
    public IReadOnlyList<string> AllNames => _live.Keys.Order(StringComparer.Ordinal).ToList();

    public void Dispose() { }

    internal void Reading(int power = 0)
    {
        if (IsOff || (power > 0 && power != _power)) throw new IOException("the power is off");
        if (FailReads) throw new IOException("simulated read error");
    }

    internal int Read(SimulatedFile file, int power, long offset, Span<byte> to)
    {
        Reading(power);
        foreach (var (name, at) in BadSpots)
            if (at >= offset && at < offset + to.Length && _live.GetValueOrDefault(name) == file)
                throw new IOException($"simulated bad spot in {name} at {at}");
        return file.Read(offset, to);
    }

    internal void Operation(int power = 0)
    {
        if (IsOff || (power > 0 && power != _power)) throw new IOException("the power is off");
        Operations++;
        if (FailAt > 0 && Operations >= FailAt && Operations < FailAt + FailCount)
            throw new IOException($"simulated error at operation {Operations}");
        if (Operations != PowerOffAt) return;
        IsOff = true;
        throw new IOException($"power cut at operation {Operations}");
    }

    internal void Write(SimulatedFile file, int power, long offset, ReadOnlySpan<byte> bytes)
    {
        Room(file, offset + bytes.Length);
        try
        {
            Operation(power);
        }
        catch (IOException)
        {
            // Part of what failed may have reached the file.
            if (power == _power) file.Write(offset, bytes[..(_random.Next(bytes.Length / 512 + 1) * 512)]);
            throw;
        }
        BytesWritten += bytes.Length;
        file.Write(offset, bytes);
    }

    internal void Resize(SimulatedFile file, int power, long length)
    {
        Room(file, length);
        Operation(power);
        file.SetLength(length);
    }

    internal void Sync(SimulatedFile file, int power)
    {
        try
        {
            Operation(power);
        }
        catch (IOException)
        {
            // As Linux does: what could not be written counts as clean from now on, and is never tried again.
            if (!IsOff && power == _power) file.LoseSome(_random);
            throw;
        }
        Syncs++;
        if (IgnoresSyncsOf is { } lied && NameOf(file).StartsWith(lied, StringComparison.Ordinal)) return;
        file.Sync();
    }

    // A new disk is the start of a run: what LiteDB draws by itself begins anew with it.
    private static Random Begin(int seed)
    {
        LiteDbChance.Reset(seed);
        return new Random(seed);
    }

    private string NameOf(SimulatedFile file) => _live.First(entry => entry.Value == file).Key;

    private void Room(SimulatedFile file, long length)
    {
        if (length <= file.Length) return;
        var used = _live.Values.Sum(other => other.Length);
        if (used + length - file.Length > SpaceBytes) throw new DiskFullException("simulated: no room left");
    }

    private void Change(NameChange change)
    {
        change.ApplyTo(_live);
        _unsyncedNames.Add(change);
    }

    private void Settle(Predicate<NameChange> settled)
    {
        foreach (var change in _unsyncedNames)
            if (settled(change)) change.ApplyTo(_durable);
        _unsyncedNames.RemoveAll(settled);
    }

    internal static string FolderOf(string name) =>
        name.LastIndexOf('/') is var at and >= 0 ? name[..at] : "";

    private static string NameIn(string name) => name[(name.LastIndexOf('/') + 1)..];
}
