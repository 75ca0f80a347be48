using System.Text.Json;
using LightMq.DeviceAgent.Buses;
using LightMq.DeviceAgent.Sensors;
using LightMq.Service;
using Microsoft.Extensions.Logging;

namespace LightMq.DeviceAgent.State;

/// <summary>
/// Totals of counters, kept over power cuts: a small file, written whole and synced, when a total has changed
/// and not more often than it may. On the loop; the disk is written on a thread of its own.
/// </summary>
internal sealed class CounterFile
{
    private readonly SortedDictionary<string, long> _totals = new(StringComparer.Ordinal);
    private readonly string _path;
    private readonly BusLine _disk;
    private readonly Loop _loop;
    private readonly ILogger _log;
    private bool _isChanged;
    private bool _isWriting;
    private long _savedAt;

    /// <param name="directory">State directory; empty: totals end with the process.</param>
    /// <param name="disk">The thread that writes.</param>
    /// <param name="loop">The loop.</param>
    /// <param name="log">Where trouble is told.</param>
    public CounterFile(string directory, BusLine disk, Loop loop, ILogger log)
    {
        _path = directory.Length > 0 ? Path.Combine(directory, "counters.json") : "";
        (_disk, _loop, _log) = (disk, loop, log);
        if (_path.Length > 0) Load();
    }

    /// <summary>Least time between two writes.</summary>
    public TimeSpan SaveInterval { get; set; }

    /// <summary>Writes to the disk so far.</summary>
    public long Writes { get; private set; }

    /// <summary>A counter's total; 0: it is new.</summary>
    public long Read(string name) => _totals.GetValueOrDefault(name);

    /// <summary>A counter's total has become this.</summary>
    public void Write(string name, long total)
    {
        if (_totals.TryGetValue(name, out var before) && before == total) return;
        _totals[name] = total;
        _isChanged = true;
    }

    /// <summary>Saves if it is time; once a second.</summary>
    public void Tick()
    {
        if (_isChanged && !_isWriting && _loop.Now - _savedAt >= SaveInterval.TotalMilliseconds)
            Save(static () => { });
    }

    /// <summary>Saves now; <paramref name="done"/> once it is on the disk, or cannot be.</summary>
    public void Save(Action done)
    {
        if (_path.Length == 0 || !_isChanged)
        {
            done();
            return;
        }
        (_isChanged, _isWriting, _savedAt) = (false, true, _loop.Now);
        var bytes = Telemetry.Compose(json =>
        {
            foreach (var (name, total) in _totals) json.WriteNumber(name, total);
        });
        _disk.Do(() =>
        {
            PrivateFile.Write(_path, bytes);
            return true;
        }, (_, fault) =>
        {
            _isWriting = false;
            if (fault is null) Writes++;
            else
            {
                _isChanged = true;
                Log.CannotWrite(_log, _path, fault);
            }
            done();
        });
    }

    // Written whole or not at all; what is damaged all the same is set aside, and counting begins at 0.
    private void Load()
    {
        try
        {
            if (PrivateFile.ReadText(_path) is not { } text) return;
            using var json = JsonDocument.Parse(text);
            foreach (var total in json.RootElement.EnumerateObject())
                _totals[total.Name] = total.Value.GetInt64();
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or FormatException)
        {
            _totals.Clear();
            Log.CountersLost(_log, _path, wrong.Message);
            File.Move(_path, _path + ".damaged", overwrite: true);
        }
    }
}
