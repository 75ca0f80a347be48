using LightMq.Service.Configuration;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace LightMq.Service;

/// <summary>
/// Log lines go to standard error, and to a rolling file of bounded size where one is named.
/// </summary>
public static class LogSinks
{
    private const string Template =
        "{Timestamp:yyyy-MM-dd HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}";

    /// <exception cref="ConfigurationError">The log file cannot be written.</exception>
    public static SerilogLoggerFactory Open(LogSettings settings)
    {
        var level = settings.Detail switch
        {
            LogDetail.Debug => LogEventLevel.Debug,
            LogDetail.Warning => LogEventLevel.Warning,
            LogDetail.Error => LogEventLevel.Error,
            _ => LogEventLevel.Information,
        };
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        var sinks = new LoggerConfiguration()
            .MinimumLevel.Is(level)
            // A failed start is told once, by Program, in one line.
            .MinimumLevel.Override("Microsoft", LogEventLevel.Fatal)
            .WriteTo.Console(outputTemplate: Template, formatProvider: culture,
                standardErrorFromLevel: LogEventLevel.Verbose);
        if (settings.File.Length > 0)
        {
            Probe(settings.File);
            sinks.WriteTo.File(settings.File, outputTemplate: Template, formatProvider: culture,
                fileSizeLimitBytes: settings.FileBytesMax, rollOnFileSizeLimit: true,
                retainedFileCountLimit: settings.FilesMax);
        }
        return new SerilogLoggerFactory(sinks.CreateLogger(), dispose: true);
    }

    /// <summary>Serilog would be silent about a file that it cannot write.</summary>
    private static void Probe(string file)
    {
        try
        {
            var directory = Path.GetDirectoryName(Path.GetFullPath(file))!;
            Directory.CreateDirectory(directory);
            using var probe = new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationError("Log:File", $"'{file}' cannot be written: {wrong.Message}");
        }
    }
}
