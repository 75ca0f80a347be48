using LightMq.Store.Disk;

namespace LightMq.Simulator.Disk;

/// <summary>A file's bytes: as programs see them, as the device holds them, and what lies between.</summary>
internal sealed class SimulatedFile
{
    private const int Sector = 512;
    private const int VersionsMax = 4;
    private readonly Dictionary<long, List<byte[]>> _unsynced = [];
    private byte[] _live = [];
    private byte[] _durable = [];
    private long _durableLength;

    public long Length { get; private set; }

    public byte[] Content => _live.AsSpan(0, (int)Length).ToArray();

    public int Read(long offset, Span<byte> to)
    {
        var count = (int)Math.Clamp(Length - offset, 0, to.Length);
        if (count > 0) _live.AsSpan((int)offset, count).CopyTo(to);
        return count;
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        Reserve(offset + bytes.Length);
        bytes.CopyTo(_live.AsSpan((int)offset));
        Length = Math.Max(Length, offset + bytes.Length);
        Touch(offset, offset + bytes.Length);
    }

    public void SetLength(long length)
    {
        Reserve(length);
        if (length < Length)
        {
            _live.AsSpan((int)length, (int)(Length - length)).Clear();
            Touch(length, Length);
        }
        Length = length;
    }

    public void Sync()
    {
        foreach (var (sector, _) in _unsynced) Slice(_live, sector).CopyTo(Slice(_durable, sector));
        _unsynced.Clear();
        _durableLength = Length;
    }

    public void LoseSome(Random random)
    {
        Settle(random, tears: false);
        _unsynced.Clear();
    }

    public void PowerOff(Random random, bool tears)
    {
        Settle(random, tears);
        if (random.Next(2) == 0 || Length < _durableLength)
            Length = random.Next(2) == 0 ? Length : _durableLength;
        else Length = _durableLength + random.NextInt64((Length - _durableLength) / Sector + 1) * Sector;
        _durable.AsSpan((int)Length).Clear();
        _durable.CopyTo(_live, 0);
        _durableLength = Length;
        _unsynced.Clear();
    }

    public void Damage(long offset, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_live.AsSpan((int)offset));
        bytes.CopyTo(_durable.AsSpan((int)offset));
    }

    public void Replace(ReadOnlySpan<byte> content)
    {
        SetLength(0);
        SetLength(content.Length);
        Write(0, content);
        Sync();
    }

    // Each sector on its own: as it was, as any write since has left it, or split between the two.
    private void Settle(Random random, bool tears)
    {
        foreach (var (sector, versions) in _unsynced.OrderBy(entry => entry.Key))
        {
            var pick = random.Next(versions.Count + 1) - 1;
            if (pick < 0) continue;
            var length = tears && random.Next(8) == 0 ? random.Next(Sector) : Sector;
            versions[pick].AsSpan(0, length).CopyTo(Slice(_durable, sector));
        }
    }

    private void Touch(long from, long to)
    {
        for (var sector = from / Sector; sector * Sector < to; sector++)
        {
            if (!_unsynced.TryGetValue(sector, out var versions)) _unsynced[sector] = versions = [];
            if (versions.Count == VersionsMax) versions.RemoveAt(0);
            versions.Add(Slice(_live, sector).ToArray());
        }
    }

    private void Reserve(long length)
    {
        if (length <= _live.Length) return;
        var room = (int)Math.Max((length + Sector - 1) / Sector * Sector, _live.Length * 2L);
        Array.Resize(ref _live, room);
        Array.Resize(ref _durable, room);
    }

    private static Span<byte> Slice(byte[] bytes, long sector) =>
        bytes.AsSpan((int)(sector * Sector), Sector);
}

/// <summary>A <see cref="SimulatedFile"/> as opened; worthless once the power was cut.</summary>
internal sealed class SimulatedHandle(SimulatedDisk disk, SimulatedFile file, int power) : IDiskFile
{
    public long Length => file.Length;

    public int Read(long offset, Span<byte> to) => disk.Read(file, power, offset, to);

    public void Write(long offset, ReadOnlySpan<byte> bytes) => disk.Write(file, power, offset, bytes);

    public void SetLength(long length) => disk.Resize(file, power, length);

    public void Allocate(long length)
    {
        if (length > file.Length) disk.Resize(file, power, length);
    }

    public void Sync() => disk.Sync(file, power);

    public void Dispose() { }
}

/// <summary>
/// A creation (no From), removal (no To) or rename that some folder does not hold durably yet.
/// </summary>
internal sealed class NameChange(string? from, string? to, SimulatedFile file)
{
    private bool _fromSynced = from is null;
    private bool _toSynced = to is null;

    public bool IsSynced => _fromSynced && _toSynced;

    public void Synced(string folder)
    {
        if (from is not null && SimulatedDisk.FolderOf(from) == folder) _fromSynced = true;
        if (to is not null && SimulatedDisk.FolderOf(to) == folder) _toSynced = true;
    }

    public void ApplyTo(Dictionary<string, SimulatedFile> names)
    {
        if (from is not null && names.GetValueOrDefault(from) == file) names.Remove(from);
        if (to is not null) names[to] = file;
    }
}
