using Microsoft.Extensions.Logging;

namespace LightMq.Uplink;

/// <summary>Every message that the uplink logs; docs/UPLINK.md says what to do about each.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information,
        "LightMq Uplink {Version} starts: {Local} to {Central} as {ClientId}")]
    public static partial void Starting(
        ILogger log, string version, string local, string central, string clientId);

    [LoggerMessage(2, LogLevel.Information, "stopped")]
    public static partial void Stopped(ILogger log);

    [LoggerMessage(3, LogLevel.Information, "configuration read again; changed: {Parts}")]
    public static partial void Reloaded(ILogger log, string parts);

    [LoggerMessage(5, LogLevel.Warning, "a change of {Part} is taken over by a restart only")]
    public static partial void NeedsRestart(ILogger log, string part);

    [LoggerMessage(10, LogLevel.Information, "local broker {Address}: connected")]
    public static partial void LocalConnected(ILogger log, string address);

    [LoggerMessage(11, LogLevel.Warning, "local broker {Address}: {Reason}; next try in {Seconds:F1} s")]
    public static partial void LocalAway(ILogger log, string address, string reason, double seconds);

    [LoggerMessage(12, LogLevel.Information, "local broker does not tell of its backlog ({Reason})")]
    public static partial void NoBacklog(ILogger log, string reason);

    [LoggerMessage(20, LogLevel.Information,
        "central {Address}: connected; MQTT {Version}, cluster {Cluster}, window {Window}")]
    public static partial void CentralConnected(
        ILogger log, string address, string version, string cluster, int window);

    [LoggerMessage(21, LogLevel.Warning, "central {Address}: {Reason}; next try in {Seconds:F1} s")]
    public static partial void CentralAway(ILogger log, string address, string reason, double seconds);

    [LoggerMessage(22, LogLevel.Error,
        "central {Address}: another installation has taken this gateway's place ({Reason}); an operator "
        + "of the "
        + "central must allow this one again; next try in {Seconds:F0} s")]
    public static partial void Superseded(ILogger log, string address, string reason, double seconds);

    [LoggerMessage(23, LogLevel.Warning,
        "the central is another one: cluster {Now}, before {Before}; the streams go on where they are")]
    public static partial void ClusterChanged(ILogger log, string now, string before);

    [LoggerMessage(24, LogLevel.Information, "link {State}")]
    public static partial void LinkState(ILogger log, string state);

    [LoggerMessage(25, LogLevel.Warning,
        "central: it acknowledged packet id {Id}, which was not under way; the link is made anew")]
    public static partial void WrongAcknowledgement(ILogger log, long id);

    [LoggerMessage(26, LogLevel.Warning,
        "central: nothing acknowledged for too long, {Count} messages under way; the link is made anew")]
    public static partial void Stalled(ILogger log, long count);

    [LoggerMessage(27, LogLevel.Warning,
        "central: it did not take a message on '{Topic}' for now (reason code 0x{Code:x2}); it is sent "
        + "again")]
    public static partial void NotTaken(ILogger log, string topic, long code);

    [LoggerMessage(28, LogLevel.Information,
        "central: it closes at one of the messages under way; looking for it, {Window} at a time")]
    public static partial void Searching(ILogger log, long window);

    [LoggerMessage(29, LogLevel.Warning,
        "central: it wants number {Wanted} of '{Client}' next; what is not here any more is declared gone")]
    public static partial void Hole(ILogger log, long wanted, string client);

    [LoggerMessage(30, LogLevel.Error,
        "message refused for good: topic '{Topic}', client '{Client}', number {Number}, reason code "
        + "0x{Code:x2}; "
        + "it is kept: lightmq-uplink refused list")]
    public static partial void MessageRefused(
        ILogger log, string topic, string client, long number, long code);

    [LoggerMessage(31, LogLevel.Error,
        "a refused message cannot be kept ({Reason}), and the uplink waits; make room: lightmq-uplink "
        + "refused drop")]
    public static partial void RefusedNotKept(ILogger log, string reason);

    [LoggerMessage(32, LogLevel.Warning,
        "numbers {From} to {To} of '{Client}' will never come ({Reason}); the central is told")]
    public static partial void GapDeclared(ILogger log, long from, long to, string client, string reason);

    [LoggerMessage(33, LogLevel.Warning,
        "the local broker will not take a message from above: topic '{Topic}', reason code 0x{Code:x2}; "
        + "dropped")]
    public static partial void DownDropped(ILogger log, string topic, long code);

    [LoggerMessage(34, LogLevel.Warning,
        "local broker: it acknowledged packet id {Id}, which was not under way; the link is made anew")]
    public static partial void WrongLocalAcknowledgement(ILogger log, long id);

    [LoggerMessage(35, LogLevel.Warning,
        "local broker: nothing acknowledged for too long, {Count} messages from above; the link is made "
        + "anew")]
    public static partial void LocalStalled(ILogger log, long count);

    [LoggerMessage(36, LogLevel.Information, "refused message {Number} goes up again")]
    public static partial void Replaying(ILogger log, long number);

    [LoggerMessage(37, LogLevel.Information, "refused message {Number} is with the central, or kept anew")]
    public static partial void Replayed(ILogger log, long number);

    [LoggerMessage(38, LogLevel.Warning, "refused message {Number} cannot be read and is left alone")]
    public static partial void Unreadable(ILogger log, long number);

    [LoggerMessage(40, LogLevel.Warning, "there is no token: {Source}: {Reason}")]
    public static partial void NoToken(ILogger log, string source, string reason);

    [LoggerMessage(41, LogLevel.Warning,
        "the token is not renewed, the present one serves: {Source}: {Reason}")]
    public static partial void TokenNotRenewed(ILogger log, string source, string reason);

    [LoggerMessage(42, LogLevel.Information, "token obtained from {Source}, expires {Expires:u}")]
    public static partial void TokenObtained(ILogger log, string source, DateTimeOffset? expires);

    [LoggerMessage(43, LogLevel.Information, "token renewed on the live link")]
    public static partial void TokenRenewed(ILogger log);

    [LoggerMessage(44, LogLevel.Information, "central: the token expires soon; another one is fetched")]
    public static partial void TokenExpires(ILogger log);

    [LoggerMessage(45, LogLevel.Warning, "central: {Reason}; another one is fetched")]
    public static partial void TokenRefused(ILogger log, string reason);

    [LoggerMessage(50, LogLevel.Information, "the clock was set: it is believed from now on")]
    public static partial void ClockTrusted(ILogger log);

    [LoggerMessage(51, LogLevel.Warning, "the clock is not believed yet; the last known time is {Time:u}")]
    public static partial void ClockUntrusted(ILogger log, DateTimeOffset time);

    [LoggerMessage(52, LogLevel.Warning, "{File} cannot be written: {Reason}")]
    public static partial void CannotWrite(ILogger log, string file, string reason);
}
