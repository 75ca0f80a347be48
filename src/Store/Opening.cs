using LightMq.Store.Data;
using LightMq.Store.Disk;
using LightMq.Store.Log;

namespace LightMq.Store;

/// <summary>
/// The way from whatever lies in the directory to a sound, open database: take the log over, verify every
/// page, and where something is wrong rebuild from the values that verify. Any step may be cut off by a
/// power cut and is simply done again.
/// </summary>
internal sealed class Opening
{
    private const int PagesPerProgress = 512;
    private readonly IDisk _disk;
    private readonly StoreOptions _options;
    private readonly StoreFiles _files;

    private Opening(IDisk disk, StoreOptions options)
    {
        _disk = disk;
        _options = options;
        _files = new StoreFiles(disk);
    }

    /// <summary>What was found.</summary>
    public OpenReport Report { get; private set; } = new();

    /// <summary>The database, ready.</summary>
    public Database Database { get; private set; } = null!;

    /// <summary>Its data file, for reading.</summary>
    public DataFile Data { get; private set; } = null!;

    /// <summary>Highest page in use.</summary>
    public uint PageMax { get; private set; }

    /// <summary>
    /// Opens, mends or makes the store. <paramref name="rebuild"/>: do not trust its structure. <paramref
    /// name="isVerified"/>: this process has verified the data file and only ran out of room.
    /// </summary>
    public static Opening Run(IDisk disk, StoreOptions options, bool rebuild, bool isVerified)
    {
        var opening = new Opening(disk, options);
        opening._files.Read();
        if (opening._files.Live == 0) opening.Make();
        else opening.Mend(rebuild ? "LiteDB found its structure damaged" : null, isVerified);
        opening.Start();
        return opening;
    }

    private void Make()
    {
        _files.SetLive(0);
        Build(1).Dispose();
        _files.SetLive(1);
        Report = new OpenReport { Created = true };
    }

    private void Mend(string? damage, bool isVerified)
    {
        var live = _files.Live;
        if (_files.MarkerDamage is { } marker) Report = Report with { Damage = marker };
        using var log = _disk.Open(StoreFiles.Log(live));
        using var data = new DataFile(_disk.Open(StoreFiles.Data(live)));
        var scan = new LogScan(log);
        damage ??= scan.Damage ?? Replay(scan, data) ?? (isVerified ? null : Verify(data));
        Report = Report with { GroupsReplayed = scan.Groups, TailCut = scan.TailCut };
        if (damage is not null) Salvage(damage, scan, data);
        else if (_files.MarkerDamage is not null || _files.MarkerIsBehind) _files.SetLive(live);
    }

    // Writes every page of the log to its place, once the log is sure to stay. Done again from the start
    // when it is cut off, for the log is only begun anew once all is durable. Nothing is taken over into
    // what is no database.
    private string? Replay(LogScan scan, DataFile data)
    {
        _options.Progress();
        var page = new byte[Page.Bytes];
        if (!scan.TryReadPage(0, page) && data.Read(0, page) != PageState.Sound)
            return "the data file has no header";
        // A checkpoint that the power cut off may have torn the header, but each half of it says whose it is.
        if (!data.IsLiteDb()) return "the data file is no LiteDB file";
        scan.SecureLastGroup();
        foreach (var id in scan.PageIds.Order())
            if (scan.TryReadPage(id, page)) data.Write(id, page);
            else return $"the log could not be read twice, page {id}";
        data.Sync();
        return null;
    }

    private string? Verify(DataFile data)
    {
        var page = new byte[Page.Bytes];
        if (data.Read(0, page) != PageState.Sound || !Page.IsLiteDbHeader(page))
            return "the data file has no header";
        var last = Page.LastPageOf(page);
        for (uint id = 1; id <= last; id++)
        {
            if (data.Read(id, page) != PageState.Sound) return $"page {id} of the data file is damaged";
            if (id % PagesPerProgress == 0) _options.Progress();
        }
        return null;
    }

    private void Salvage(string damage, LogScan scan, DataFile data)
    {
        var live = _files.Live;
        using var target = Build(live + 1);
        var salvage = new Salvage(scan, data, _options.Progress);
        salvage.Into(target);
        target.Checkpoint();
        _files.SetLive(live + 1);
        _files.Isolate(live);
        Report = Report with
        {
            Damage = damage,
            Quarantine = StoreFiles.Quarantine(live),
            Salvaged = salvage.Saved,
            Lost = salvage.Broken,
            PagesDamaged = salvage.PagesDamaged,
        };
    }

    // An empty pair; not live yet, so whatever an earlier attempt has left of it may go.
    private Database Build(int number)
    {
        _disk.Delete(StoreFiles.Data(number));
        _disk.Delete(StoreFiles.Log(number));
        var log = LogFile.Create(_disk.Open(StoreFiles.Log(number)), _options.LogBytes);
        var data = new DataFile(_disk.Open(StoreFiles.Data(number)));
        var database = Database.Create(data, log);
        _disk.SyncDirectory("");
        return database;
    }

    private void Start()
    {
        var log = LogFile.Open(_disk.Open(StoreFiles.Log(_files.Live)));
        Data = new DataFile(_disk.Open(StoreFiles.Data(_files.Live)));
        log.BeginGeneration();
        var header = new byte[Page.Bytes];
        Data.Read(0, header);
        PageMax = Page.LastPageOf(header);
        Database = Database.Open(Data, log);
    }
}
