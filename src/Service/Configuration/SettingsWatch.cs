using Microsoft.Extensions.Logging;

namespace LightMq.Service.Configuration;

/// <summary>Finds out that the configuration has changed: by SIGHUP, or by the file itself.</summary>
/// <param name="file">The file; null: there is none.</param>
/// <param name="read">Reads all settings anew.</param>
/// <param name="log">Where a wrong file is told.</param>
/// <typeparam name="T">The settings of a program.</typeparam>
public sealed class SettingsWatch<T>(string? file, Func<T> read, ILogger log)
    where T : class
{
    private (DateTime, long) _seen = Look(file);
    private volatile bool _isAsked;

    /// <summary>SIGHUP came. For any thread.</summary>
    public void Ask() => _isAsked = true;

    /// <summary>The new settings; null: there are none, or they are wrong.</summary>
    public T? Changed()
    {
        var now = Look(file);
        if (!_isAsked && now == _seen) return null;
        (_isAsked, _seen) = (false, now);
        try
        {
            return read();
        }
        catch (ConfigurationError wrong)
        {
            Log.NotReloaded(log, wrong.Message);
            return null;
        }
    }

    private static (DateTime, long) Look(string? file) =>
        file is not null && new FileInfo(file) is { Exists: true } there
            ? (there.LastWriteTimeUtc, there.Length) : default;
}
