using LightMq.Broker.Durability;
using LightMq.Store.Data;
using LightMq.Store.Log;
using LiteDB;
using LiteDB.Engine;

namespace LightMq.Store;

/// <summary>
/// LiteDB on our two streams. One collection per <see cref="StoreCollection"/>, documents { _id, v }, nothing
/// else: no mapper, no further index, no expression on the way of a commit.
/// </summary>
internal sealed class Database : IDisposable
{
    private const int WriterMillisecondsMax = 30_000;
    private static readonly string[] Names =
        ["meta", "sessions", "progress", "retained", "slots", "registry"];
    private readonly LiteEngine _engine;
    private readonly LogStream _stream;
    private readonly DataStream _dataStream;
    private readonly LogFile _log;
    private readonly DataFile _data;
    private readonly Dictionary<int, int> _last = [];
    private readonly List<BsonDocument> _puts = [];
    private readonly List<BsonValue> _deletes = [];

    static Database() => LiteDbMemory.Trim();

    private Database(DataFile data, LogFile log)
    {
        _data = data;
        _log = log;
        _stream = new LogStream(log);
        _dataStream = new DataStream(data) { IsWritable = data.Pages == 0 };
        _engine = new LiteEngine(new EngineSettings { DataStream = _dataStream, LogStream = _stream });
    }

    /// <summary>Bytes in the log.</summary>
    public long LogBytes => _log.Bytes;

    /// <summary>Opens the database in <paramref name="data"/>; the log is empty.</summary>
    public static Database Open(DataFile data, LogFile log) => Guard(() => new Database(data, log));

    /// <summary>Makes an empty database, durable in <paramref name="data"/>.</summary>
    public static Database Create(DataFile data, LogFile log)
    {
        var database = new Database(data, log);
        database._dataStream.IsWritable = false;
        database.Settle(() => database._engine.Pragma("CHECKPOINT", 0));
        foreach (var name in Names)
            database.Settle(() => database._engine.Upsert(name, [], BsonAutoId.Int32));
        database.Checkpoint();
        return database;
    }

    /// <summary>
    /// Applies a group in one transaction and brings its pages to the log, not yet to the disk. False: the
    /// group changes nothing, and there is nothing to write.
    /// </summary>
    public bool Apply(StoreGroup group) => Guard(() =>
    {
        var commit = _log.GroupNumber;
        var known = _stream.Confirmations;
        var changed = false;
        _engine.BeginTrans();
        for (var collection = 0; collection < Names.Length; collection++)
            changed |= Apply(group, (StoreCollection)collection, commit);
        _engine.Commit();
        if (changed) _stream.WaitForConfirmation(known, WriterMillisecondsMax);
        return changed;
    });

    /// <summary>Makes durable what <see cref="Apply(StoreGroup)"/> gathered: one write, one sync.</summary>
    public void Write() => _log.WriteGroup();

    /// <summary>The highest page id that the log has seen.</summary>
    public uint PageMax => _log.PageMax;

    /// <summary>The bytes of a document, or null.</summary>
    public byte[]? Find(StoreCollection collection, int key) => Guard(() =>
    {
        var query = new Query();
        query.Where.Add(BsonExpression.Create("_id = @0", new BsonValue(key)));
        using var reader = _engine.Query(Names[(int)collection], query);
        return reader.Read() ? reader.Current["v"].AsBinary : null;
    });

    /// <summary>Moves the log into the data file, makes that durable, begins the log anew, durably.</summary>
    public void Checkpoint()
    {
        if (_log.Pages == 0) return;
        _dataStream.IsWritable = true;
        Guard(_engine.Checkpoint);
        _dataStream.IsWritable = false;
    }

    public void Dispose()
    {
        _engine.Dispose();
        _data.Dispose();
        _log.Dispose();
    }

    // Changes of one collection; the last change of a key is the one that counts.
    private bool Apply(StoreGroup group, StoreCollection collection, long commit)
    {
        var changes = group.Changes;
        _last.Clear();
        for (var i = 0; i < changes.Length; i++)
            if (changes[i].Collection == collection) _last[changes[i].Key] = i;
        if (_last.Count == 0) return false;
        _puts.Clear();
        _deletes.Clear();
        foreach (var (key, at) in _last)
        {
            if (changes[at].IsDelete) _deletes.Add(new BsonValue(key));
            else _puts.Add(Document(collection, key, commit, group.ValueOf(changes[at])));
        }
        var name = Names[(int)collection];
        if (_puts.Count > 0) _engine.Upsert(name, _puts, BsonAutoId.Int32);
        return (_deletes.Count > 0 && _engine.Delete(name, _deletes) > 0) || _puts.Count > 0;
    }

    private static BsonDocument Document(
        StoreCollection collection, int key, long commit, ReadOnlySpan<byte> value) =>
        new() { ["_id"] = key, ["v"] = Envelope.Wrap(collection, key, commit, value) };

    // What LiteDB throws when its own pages do not make sense to it, under one name.
    private static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception failure) when (failure is LiteException or InvalidCastException
            or NullReferenceException or ArgumentException or IndexOutOfRangeException or KeyNotFoundException
            or OverflowException)
        {
            throw new StructureException(failure);
        }
    }

    private void Settle(Action transaction)
    {
        var known = _stream.Confirmations;
        transaction();
        _stream.WaitForConfirmation(known, WriterMillisecondsMax);
        _log.WriteGroup();
    }
}

/// <summary>
/// LiteDB failed on pages that are as they were written. Rebuilding from the values is what helps.
/// </summary>
internal sealed class StructureException(Exception inner)
    : IOException($"LiteDB failed: {inner.Message}", inner);
