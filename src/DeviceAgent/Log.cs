using Microsoft.Extensions.Logging;

namespace LightMq.DeviceAgent;

/// <summary>Every message that the agent logs; docs/DEVICES.md says what to do about each.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information,
        "LightMq DeviceAgent {Version} starts as {ClientId}, start {Start}: {Sensors} sensors, {Outputs} "
        + "outputs")]
    public static partial void Starting(
        ILogger log, string version, string clientId, long start, int sensors, int outputs);

    [LoggerMessage(2, LogLevel.Information, "connected to {Host}:{Port} as {ClientId}")]
    public static partial void Connected(ILogger log, string host, int port, string clientId);

    [LoggerMessage(
        3, LogLevel.Warning, "broker {Host}:{Port} is away ({Reason}); next try in {Seconds:F1} s")]
    public static partial void Offline(ILogger log, string host, int port, string reason, double seconds);

    [LoggerMessage(4, LogLevel.Debug, "could not say goodbye: {Reason}")]
    public static partial void NoGoodbye(ILogger log, string reason);

    [LoggerMessage(6, LogLevel.Warning,
        "broker {Host}:{Port} refused the login ({Reason}): check Broker:User and Broker:SecretFile; next "
        + "try in {Seconds:F1} s")]
    public static partial void LoginRefused(
        ILogger log, string host, int port, string reason, double seconds);

    [LoggerMessage(7, LogLevel.Warning,
        "the broker refuses the subscription to {Topic}: no commands will come")]
    public static partial void CommandsRefused(ILogger log, string topic);

    [LoggerMessage(8, LogLevel.Error,
        "a message on {Topic} is skipped: the broker closed {Times} times at it. Is the topic permitted?")]
    public static partial void GivenUp(ILogger log, string topic, int times);

    [LoggerMessage(9, LogLevel.Information, "stopped")]
    public static partial void Stopped(ILogger log);

    [LoggerMessage(10, LogLevel.Information, "configuration read again; changed: {Parts}")]
    public static partial void Reloaded(ILogger log, string parts);

    [LoggerMessage(12, LogLevel.Warning, "a change of {Part} is taken over by a restart only")]
    public static partial void NeedsRestart(ILogger log, string part);

    [LoggerMessage(20, LogLevel.Warning, "sensor {Name}: {Complaint}")]
    public static partial void SensorBad(ILogger log, string name, string complaint);

    [LoggerMessage(21, LogLevel.Information, "sensor {Name}: read again")]
    public static partial void SensorGood(ILogger log, string name);

    [LoggerMessage(22, LogLevel.Error,
        "bus {Name} hangs: nothing has come back for {Seconds:F0} s; its devices wait, all others go on")]
    public static partial void BusHangs(ILogger log, string name, double seconds);

    [LoggerMessage(23, LogLevel.Information, "bus {Name} moves again")]
    public static partial void BusMoves(ILogger log, string name);

    [LoggerMessage(30, LogLevel.Warning, "output {Name}: {Complaint}")]
    public static partial void OutputBad(ILogger log, string name, string complaint);

    [LoggerMessage(31, LogLevel.Warning, "output {Name} is made safe: {Reason}")]
    public static partial void OutputSafe(ILogger log, string name, string reason);

    [LoggerMessage(40, LogLevel.Warning, "status LED: {Complaint}")]
    public static partial void LedBad(ILogger log, string complaint);

    [LoggerMessage(41, LogLevel.Information, "identify for {Seconds:F0} s")]
    public static partial void Identify(ILogger log, double seconds);

    [LoggerMessage(42, LogLevel.Warning, "button: {Complaint}")]
    public static partial void ButtonBad(ILogger log, string complaint);

    [LoggerMessage(43, LogLevel.Warning, "button: factory reset is asked for")]
    public static partial void ResetAsked(ILogger log);

    [LoggerMessage(44, LogLevel.Error, "button: factory reset is asked for, but {Reason}")]
    public static partial void ResetNotAsked(ILogger log, string reason);

    [LoggerMessage(50, LogLevel.Warning, "a command on {Topic} cannot be read: {Reason}")]
    public static partial void CommandUnreadable(ILogger log, string topic, string reason);

    [LoggerMessage(51, LogLevel.Warning, "more than {Most} commands a second; those beyond are dropped")]
    public static partial void TooManyCommands(ILogger log, int most);

    [LoggerMessage(60, LogLevel.Warning, "'{Path}' cannot be written: {Reason}")]
    public static partial void CannotWrite(ILogger log, string path, string reason);

    [LoggerMessage(61, LogLevel.Error,
        "'{Path}' is damaged or cannot be read ({Reason}); counters begin at 0 again")]
    public static partial void CountersLost(ILogger log, string path, string reason);

    [LoggerMessage(62, LogLevel.Information, "state: {State}")]
    public static partial void State(ILogger log, string state);

    [LoggerMessage(70, LogLevel.Information, "update {Id}: the download from {Host} {Begins}")]
    public static partial void UpdateBegins(ILogger log, string id, string host, string begins);

    [LoggerMessage(71, LogLevel.Warning, "update {Id}: {Reason}; it is tried again")]
    public static partial void UpdateBroke(ILogger log, string id, string reason);

    [LoggerMessage(72, LogLevel.Warning, "update {Id} comes to nothing: {Reason}")]
    public static partial void UpdateEnds(ILogger log, string id, string reason);

    [LoggerMessage(73, LogLevel.Warning, "updates: the disk refuses: {Reason}")]
    public static partial void UpdateDisk(ILogger log, string reason);
}
