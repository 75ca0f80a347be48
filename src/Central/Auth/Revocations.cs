using System.Buffers;
using System.Text.Json;
using LightMq.Central.Core;
using LightMq.Central.State;
using LightMq.Lmq;
using LightMq.Store.Disk;

namespace LightMq.Central.Auth;

/// <summary>
/// What was revoked (LMQ-TOK-5): numbered 1, 2, 3 …, durable before it is told, kept until the tokens' own
/// expiry. For any thread.
/// </summary>
internal sealed class Revocations : IDisposable
{
    private const string Name = "auth/revocations";
    private const int WasteBytesMax = 1 << 20;

    private readonly Lock _gate = new();
    private readonly SortedList<long, Revocation> _list = [];
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Journal _journal;
    private readonly Action<IReadOnlySet<string>> _apply;
    private long _version;

    private readonly record struct Revocation(string Id, long Expires);

    /// <summary>Reads what was kept, and tells the engine.</summary>
    /// <param name="disk">The data directory.</param>
    /// <param name="apply">Takes all revoked ids; never changed afterwards.</param>
    /// <exception cref="IOException">The disk refuses.</exception>
    public Revocations(IDisk disk, Action<IReadOnlySet<string>> apply)
    {
        _apply = apply;
        _journal = Journal.Open(disk, Name, Take);
        if (_ids.Count > 0) Apply();
    }

    /// <summary>Done with the next revocation; to be taken before one looks.</summary>
    public CommitSignal Changed { get; } = new();

    /// <summary>Lines of the file that did not verify.</summary>
    public int Damaged => _journal.Damaged;

    /// <summary>Whether a token of this id is revoked.</summary>
    public bool Contains(string id)
    {
        lock (_gate) return _ids.Contains(id);
    }

    /// <summary>Revokes; durable, and told to the engine, once it returns.</summary>
    /// <returns>False: there are too many already.</returns>
    /// <exception cref="IOException">The disk refuses; nothing is revoked.</exception>
    public bool Revoke(string id, long expires)
    {
        lock (_gate)
        {
            if (_ids.Contains(id)) return true;
            if (_list.Count >= RevocationList.EntriesMax) return false;
            _journal.Append(LineOf(_version + 1, id, expires));
            Add(_version + 1, id, expires);
            Apply();
        }
        Changed.Pulse();
        return true;
    }

    /// <summary>
    /// The body that tells what came after a number (<see cref="RevocationBody"/>). Whoever has come further
    /// than this list, or not on this list, is told all of it.
    /// </summary>
    /// <param name="since">Number of the last that is known.</param>
    /// <param name="isNews">Whether there is anything to tell.</param>
    public byte[] Body(long since, out bool isNews)
    {
        lock (_gate)
        {
            isNews = since != _version;
            if (since > _version || since < 0) since = 0;
            var body = new ArrayBufferWriter<byte>(256);
            RevocationBody.Write(body, _version, since, _list.Where(one => one.Key > since)
                .Select(static one => KeyValuePair.Create(one.Value.Id, one.Value.Expires)));
            return body.WrittenSpan.ToArray();
        }
    }

    /// <summary>Forgets tokens that have expired; to be asked only while the clock is trusted.</summary>
    /// <exception cref="IOException">The disk refuses; nothing is lost.</exception>
    public void Prune(long now)
    {
        lock (_gate)
        {
            var over = _list.Where(one => one.Value.Expires <= now).Select(static one => one.Key).ToList();
            foreach (var number in over)
            {
                _ids.Remove(_list[number].Id);
                _list.Remove(number);
            }
            if (over.Count > 0) Apply();
            if (_journal.Bytes < 2 * _list.Count * 120L + WasteBytesMax) return;
            // The number counts on, even where nothing of it is left.
            _journal.Rewrite(_list.Select(static one => LineOf(one.Key, one.Value.Id, one.Value.Expires))
                .Append(LineOf(_version, "", 0)));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _journal.Dispose();

    private void Add(long number, string id, long expires)
    {
        _version = Math.Max(_version, number);
        if (id.Length > 0 && _ids.Add(id)) _list[number] = new Revocation(id, expires);
    }

    private void Apply() => _apply(_ids.ToHashSet(StringComparer.Ordinal));

    private void Take(ReadOnlyMemory<byte> json)
    {
        if (Read(json.Span) is { } line) Add(line.Number, line.Id ?? "", line.Expires);
    }

    private static RevocationLine? Read(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, StateJson.Default.RevocationLine);

    private static byte[] LineOf(long number, string id, long expires) => JsonSerializer.SerializeToUtf8Bytes(
        new RevocationLine(number, id, expires), StateJson.Default.RevocationLine);
}
