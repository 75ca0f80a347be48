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
    private int _writing;
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
        if (_isChanged && _writing == 0 && _loop.Now - _savedAt >= SaveInterval.TotalMilliseconds)
            Save(static _ => { });
    }

    /// <summary>Saves now.</summary>
    /// <param name="done">It is on the disk, if there is a state directory; or what is wrong there.</param>
    public void Save(Action<string?> done)
    {
        // What is on its way to the disk is not there yet.
        if (_path.Length == 0 || !_isChanged && _writing == 0)
        {
            done(null);
            return;
        }
        (_isChanged, _savedAt) = (false, _loop.Now);
        _writing++;
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
            _writing--;
            if (fault is null) Writes++;
            else
            {
                _isChanged = true;
                Log.CannotWrite(_log, _path, fault);
            }
            done(fault);
        });
    }

    // Written whole or not at all; what is damaged all the same, or on a bad spot of the card, is set aside,
    // and counting begins at 0: outputs are not to wait for it.
    private void Load()
    {
        try
        {
            if (PrivateFile.ReadText(_path) is not { } text) return;
            using var json = JsonDocument.Parse(text);
            foreach (var total in json.RootElement.EnumerateObject())
                _totals[total.Name] = total.Value.GetInt64();
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or FormatException
            or IOException or UnauthorizedAccessException)
        {
            _totals.Clear();
            Log.CountersLost(_log, _path, wrong.Message);
            SetAside();
        }
    }

    private void SetAside()
    {
        try
        {
            File.Move(_path, _path + ".damaged", overwrite: true);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            Log.CannotWrite(_log, _path + ".damaged", wrong.Message);
        }
    }
}
