using Microsoft.Extensions.Logging;

namespace LightMq.DeviceAgent;

/// <summary>Everything that the agent logs.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "publishing this board's figures to {Topic} every {Seconds} s")]
    public static partial void Started(this ILogger log, string topic, double seconds);

    [LoggerMessage(2, LogLevel.Information, "connected to {Host}:{Port} as {ClientId}")]
    public static partial void Connected(this ILogger log, string host, int port, string clientId);

    [LoggerMessage(
        3, LogLevel.Warning, "broker {Host}:{Port} is away ({Reason}); next try in {Seconds:F1} s")]
    public static partial void Offline(
        this ILogger log, string host, int port, string reason, double seconds);

    [LoggerMessage(6, LogLevel.Warning,
        "broker {Host}:{Port} refused the login ({Reason}): check --user and --password-file; next try in "
        + "{Seconds:F1} s")]
    public static partial void LoginRefused(
        this ILogger log, string host, int port, string reason, double seconds);

    [LoggerMessage(4, LogLevel.Debug, "could not say goodbye: {Reason}")]
    public static partial void NoGoodbye(this ILogger log, string reason);

    [LoggerMessage(5, LogLevel.Debug, "reading {Sequence} acknowledged")]
    public static partial void Delivered(this ILogger log, long sequence);
}
