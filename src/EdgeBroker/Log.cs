using LightMq.Broker;
using Microsoft.Extensions.Logging;

namespace LightMq.EdgeBroker;

/// <summary>Every message this process logs. Never a secret, a token or a payload.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information,
        "LightMq EdgeBroker {Version} started: {Recovered} stored values read in {Milliseconds} ms")]
    public static partial void Started(ILogger log, string version, long recovered, long milliseconds);

    [LoggerMessage(2, LogLevel.Information, "Stopping: no new connections, committing what is held")]
    public static partial void Stopping(ILogger log);

    [LoggerMessage(3, LogLevel.Information, "Stopped; the last sync is done")]
    public static partial void Stopped(ILogger log);

    [LoggerMessage(4, LogLevel.Error,
        "Stopped without the last commit: the disk did not answer in time. What was not acknowledged "
        + "will be sent again by its publishers")]
    public static partial void StoppedUnclean(ILogger log);

    [LoggerMessage(5, LogLevel.Warning,
        "No file descriptor left at {Listener}: peers are turned away. Raise LimitNOFILE or lower "
        + "Limits:ConnectionsMax")]
    public static partial void OutOfDescriptors(ILogger log, string listener);

    [LoggerMessage(6, LogLevel.Warning,
        "Watchdog: {Part} has not moved for {Seconds} s; systemd is not told that all is well")]
    public static partial void NotMoving(ILogger log, string part, long seconds);

    [LoggerMessage(7, LogLevel.Warning, "Store kind memory: a restart forgets everything")]
    public static partial void MemoryOnly(ILogger log);

    [LoggerMessage(10, LogLevel.Error,
        "The disk refused: {Reason}. Nothing is acknowledged until it works again; retrying")]
    public static partial void DiskFailed(ILogger log, string reason);

    [LoggerMessage(11, LogLevel.Warning, "The disk works again")]
    public static partial void DiskRecovered(ILogger log);

    [LoggerMessage(12, LogLevel.Error,
        "The disk is full. Publishers wait and nothing is lost; free some space")]
    public static partial void DiskFull(ILogger log);

    [LoggerMessage(13, LogLevel.Warning, "The disk has room again")]
    public static partial void DiskRoom(ILogger log);

    [LoggerMessage(14, LogLevel.Error,
        "The store was damaged ({Damage}): the files are kept under {Quarantine}, {Salvaged} values "
        + "were salvaged, {Lost} were lost")]
    public static partial void Damaged(ILogger log, string damage, string quarantine, int salvaged, int lost);

    [LoggerMessage(15, LogLevel.Information,
        "{Groups} groups were brought over from the log, tail cut: {TailCut}")]
    public static partial void Replayed(ILogger log, int groups, bool tailCut);

    [LoggerMessage(20, LogLevel.Debug, "Client {Client} connected from {Address}: {Detail}")]
    public static partial void ClientConnected(ILogger log, string client, string address, string detail);

    [LoggerMessage(21, LogLevel.Debug, "Client {Client} at {Address} ended: {Detail}")]
    public static partial void ClientClosed(ILogger log, string client, string address, string detail);

    [LoggerMessage(22, LogLevel.Warning, "Client {Client} at {Address} refused: {Detail}")]
    public static partial void Refused(ILogger log, string client, string address, string detail);

    [LoggerMessage(23, LogLevel.Warning, "{Kind} for client {Client}: {Detail}")]
    public static partial void Noted(ILogger log, BrokerEventKind kind, string client, string detail);

    /// <summary>The engine's events, each under its message.</summary>
    public static void Write(ILogger log, in BrokerEvent happened)
    {
        switch (happened.Kind)
        {
            case BrokerEventKind.ClientConnected:
                ClientConnected(log, happened.ClientId, happened.RemoteAddress, happened.Detail);
                break;
            case BrokerEventKind.ClientClosed:
                ClientClosed(log, happened.ClientId, happened.RemoteAddress, happened.Detail);
                break;
            case BrokerEventKind.ConnectRefused or BrokerEventKind.Refused:
                Refused(log, happened.ClientId, happened.RemoteAddress, happened.Detail);
                break;
            default:
                Noted(log, happened.Kind, happened.ClientId, happened.Detail);
                break;
        }
    }
}
