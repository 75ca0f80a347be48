namespace LightMq.Service.Configuration;

/// <summary>Level of detail in the log.</summary>
public enum LogDetail
{
    /// <summary>Every refused packet and every connection.</summary>
    Debug,
    /// <summary>Starts, stops, connections, what a person should know.</summary>
    Information,
    /// <summary>What is wrong but mends itself.</summary>
    Warning,
    /// <summary>What a person must mend.</summary>
    Error,
}

/// <summary>Where log lines go besides standard error.</summary>
/// <param name="Detail">Least level written.</param>
/// <param name="File">File that rolls by size; empty: none.</param>
/// <param name="FileBytesMax">Size at which it rolls.</param>
/// <param name="FilesMax">Files kept.</param>
public sealed record LogSettings(LogDetail Detail, string File, int FileBytesMax, int FilesMax);

/// <summary>Reads the log's part of the configuration.</summary>
public static class LogReader
{
    private const int MiB = 1 << 20;

    /// <summary>Reads it.</summary>
    /// <exception cref="ConfigurationError">The first key that is wrong.</exception>
    public static LogSettings Read(SettingsSection section)
    {
        var log = new LogSettings(
            section.Choice("Level", LogDetail.Information, ("debug", LogDetail.Debug),
                ("information", LogDetail.Information), ("warning", LogDetail.Warning),
                ("error", LogDetail.Error)),
            section.Text("File", "", "a file name", static text => text.IndexOf('\0') < 0),
            section.Whole("FileBytesMax", 4 * MiB, 65_536, 1024 * MiB),
            section.Whole("FilesMax", 4, 1, 1_000));
        section.RefuseOthers();
        return log;
    }
}
