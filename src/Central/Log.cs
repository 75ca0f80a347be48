using Microsoft.Extensions.Logging;

namespace LightMq.Central;

/// <summary>Every message that is the central's alone. Never a secret, a token or a payload.</summary>
internal static partial class Log
{
    [LoggerMessage(201, LogLevel.Error,
        "The core's disk refused: {Reason}. Nothing that is for the core is acknowledged until it works "
        + "again; retrying (told once a minute, {Held} times since)")]
    public static partial void CoreFailed(ILogger log, string reason, int held);

    [LoggerMessage(202, LogLevel.Warning, "The core's disk works again")]
    public static partial void CoreRecovered(ILogger log);

    [LoggerMessage(203, LogLevel.Information,
        "The core removed {Segments} segments that are older, or more, than is kept")]
    public static partial void CoreTrimmed(ILogger log, int segments);

    [LoggerMessage(204, LogLevel.Error,
        "The core was damaged: {Damage}. The rest is kept and served; check the disk")]
    public static partial void CoreDamaged(ILogger log, string damage);

    [LoggerMessage(205, LogLevel.Information, "Core: {Bytes} bytes, {Streams} streams of gateways")]
    public static partial void CoreOpened(ILogger log, long bytes, int streams);

    [LoggerMessage(206, LogLevel.Error,
        "{Lines} lines of {File} did not verify and were left out: check the disk")]
    public static partial void JournalDamaged(ILogger log, string file, int lines);

    [LoggerMessage(207, LogLevel.Information, "HTTP at {Addresses}")]
    public static partial void HttpListens(ILogger log, string addresses);

    [LoggerMessage(208, LogLevel.Error,
        "A request could not be answered: {Reason} ({Held} more since the last line)")]
    public static partial void RequestFailed(ILogger log, string reason, int held);

    [LoggerMessage(209, LogLevel.Warning,
        "A request of {Address} without the bearer text was refused ({Held} more since the last line)")]
    public static partial void RequestWithoutBearer(ILogger log, string address, int held);

    [LoggerMessage(210, LogLevel.Warning,
        "Revocations of expired tokens cannot be forgotten yet: {Reason}")]
    public static partial void RevocationsNotPruned(ILogger log, string reason);
}
