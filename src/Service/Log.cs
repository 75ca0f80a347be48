using Microsoft.Extensions.Logging;

namespace LightMq.Service;

/// <summary>Every message that all our services log.</summary>
internal static partial class Log
{
    [LoggerMessage(901, LogLevel.Warning,
        "Watchdog: {Part} has not moved for {Seconds:F1} s; systemd is not told that all is well")]
    public static partial void NotMoving(ILogger log, string part, double seconds);

    [LoggerMessage(902, LogLevel.Warning, "systemd cannot be told: {Reason}")]
    public static partial void SystemdUnreachable(ILogger log, string reason);

    [LoggerMessage(903, LogLevel.Warning,
        "the new configuration is wrong and the old one stays: {Complaint}")]
    public static partial void NotReloaded(ILogger log, string complaint);
}
