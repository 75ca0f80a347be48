using LightMq.Broker;
using LightMq.Net;
using Microsoft.Extensions.Logging;

namespace LightMq.Host;

/// <summary>Every message that the hosts' common part logs. Never a secret, a token or a payload.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information,
        "LightMq {Program} {Version} started: {Recovered} stored values read in {Milliseconds} ms")]
    public static partial void Started(
        ILogger log, string program, string version, long recovered, long milliseconds);

    [LoggerMessage(2, LogLevel.Information, "Stopping: no new connections, committing what is held")]
    public static partial void Stopping(ILogger log);

    [LoggerMessage(3, LogLevel.Information, "Stopped; the last sync is done")]
    public static partial void Stopped(ILogger log);

    [LoggerMessage(4, LogLevel.Error,
        "Stopped without the last commit: {Cause}. What was not acknowledged will be sent again by its "
        + "publishers")]
    public static partial void StoppedUnclean(ILogger log, string cause);

    [LoggerMessage(5, LogLevel.Warning,
        "No file descriptor left at {Listener}: peers are turned away. Raise LimitNOFILE or lower "
        + "Limits:ConnectionsMax")]
    public static partial void OutOfDescriptors(ILogger log, string listener);

    [LoggerMessage(7, LogLevel.Warning, "Store kind memory: a restart forgets everything")]
    public static partial void MemoryOnly(ILogger log);

    [LoggerMessage(8, LogLevel.Warning,
        "{Connections} connections are allowed but only {Descriptors} file descriptors: raise LimitNOFILE or "
        + "lower Limits:ConnectionsMax")]
    public static partial void FewDescriptors(ILogger log, int connections, long descriptors);

    [LoggerMessage(10, LogLevel.Error,
        "The disk refused: {Reason}. Nothing is acknowledged until it works again; retrying (told once a "
        + "minute, {Held} times since). Check the card, its cable and the kernel's log (dmesg)")]
    public static partial void DiskFailed(ILogger log, string reason, int held);

    [LoggerMessage(11, LogLevel.Warning, "The disk works again")]
    public static partial void DiskRecovered(ILogger log);

    [LoggerMessage(12, LogLevel.Error,
        "The disk is full. Publishers wait and nothing is lost; free some space")]
    public static partial void DiskFull(ILogger log);

    [LoggerMessage(13, LogLevel.Warning, "The disk has room again")]
    public static partial void DiskRoom(ILogger log);

    [LoggerMessage(14, LogLevel.Error,
        "The store was damaged ({Damage}): {Salvaged} values that verify were brought over, {Lost} are known "
        + "to be lost and {Pages} unreadable pages may have held more. The damaged files are kept in "
        + "{Quarantine}: check the disk, copy them elsewhere if they are wanted, then delete them")]
    public static partial void Damaged(
        ILogger log, string damage, int salvaged, int lost, int pages, string quarantine);

    [LoggerMessage(17, LogLevel.Warning,
        "The store's marker was not as it should be ({Damage}) and was written anew; the values are kept")]
    public static partial void MarkerMended(ILogger log, string damage);

    [LoggerMessage(18, LogLevel.Error,
        "{Values} stored values did not verify and were left out: check the disk")]
    public static partial void ValuesDamaged(ILogger log, int values);

    [LoggerMessage(15, LogLevel.Information,
        "The last stop was abrupt; all that was synced is taken over ({Groups} groups were in the log)")]
    public static partial void Replayed(ILogger log, int groups);

    [LoggerMessage(16, LogLevel.Warning, "Cannot take connections at {Listener}: {Reason}; trying again")]
    public static partial void AcceptFailed(ILogger log, string listener, string reason);

    [LoggerMessage(20, LogLevel.Debug, "Client {Client} connected from {Address}: {Detail}")]
    public static partial void ClientConnected(ILogger log, string client, string address, string detail);

    [LoggerMessage(21, LogLevel.Debug, "Client {Client} at {Address} ended: {Detail}")]
    public static partial void ClientClosed(ILogger log, string client, string address, string detail);

    [LoggerMessage(22, LogLevel.Warning,
        "Client {Client} at {Address} refused: {Detail} ({Held} more from there since the last line)")]
    public static partial void Refused(
        ILogger log, string client, string address, string detail, int held);

    [LoggerMessage(23, LogLevel.Warning, "{Kind} for client {Client}: {Detail}")]
    public static partial void Noted(ILogger log, BrokerEventKind kind, string client, string detail);

    [LoggerMessage(24, LogLevel.Debug, "Client {Client} at {Address} refused again: {Detail}")]
    public static partial void RefusedAgain(ILogger log, string client, string address, string detail);

    [LoggerMessage(25, LogLevel.Warning,
        "Client {Client} at {Address} was closed: {Detail} ({Held} more from there since the last line)")]
    public static partial void ClientExpelled(
        ILogger log, string client, string address, string detail, int held);

    [LoggerMessage(50, LogLevel.Information,
        "A certificate of our own was made: {File}. Clients trust it by its fingerprint, or by a copy of it")]
    public static partial void CertificateMade(ILogger log, string file);

    [LoggerMessage(51, LogLevel.Warning,
        "Listener {Listener} has a certificate in memory only: there is no data directory, so the next start "
        + "makes another")]
    public static partial void CertificateInMemory(ILogger log, string listener);

    [LoggerMessage(52, LogLevel.Information,
        "Listener {Listener} shows certificate SHA-256 {Fingerprint}")]
    public static partial void CertificateShown(ILogger log, string listener, string fingerprint);

    [LoggerMessage(53, LogLevel.Information,
        "Listener {Listener} has new certificates, the first SHA-256 {Fingerprint}; connections go on with "
        + "the old ones")]
    public static partial void CertificatesReplaced(ILogger log, string listener, string fingerprint);

    [LoggerMessage(54, LogLevel.Error,
        "Listener {Listener} keeps its old certificates, for the new ones cannot be used: {Reason}")]
    public static partial void CertificatesKept(ILogger log, string listener, string reason);

    [LoggerMessage(55, LogLevel.Warning,
        "Certificate {File} expired on {Date:yyyy-MM-dd}: clients will refuse it; replace the file, or set "
        + "the clock right")]
    public static partial void CertificateExpired(ILogger log, string file, DateTime date);

    [LoggerMessage(40, LogLevel.Warning,
        "Peer at {Address} turned away by listener {Listener} ({Refusal}): {Detail} ({Held} more from there "
        + "since the last line)")]
    public static partial void TurnedAway(
        ILogger log, string address, string listener, Refusal refusal, string detail, int held);

    [LoggerMessage(41, LogLevel.Debug,
        "Peer at {Address} turned away again by listener {Listener} ({Refusal}): {Detail}")]
    public static partial void TurnedAwayAgain(
        ILogger log, string address, string listener, Refusal refusal, string detail);

    [LoggerMessage(42, LogLevel.Warning,
        "No permission to listen on {Address}: taking port {Port} instead. Grant CAP_NET_BIND_SERVICE, or "
        + "name the port you want")]
    public static partial void FellBack(ILogger log, string address, int port);

    [LoggerMessage(60, LogLevel.Information, "Tokens are verified with the public keys {Keys}")]
    public static partial void TokenKeysTaken(ILogger log, string keys);

    [LoggerMessage(61, LogLevel.Error,
        "Tokens are still verified with the old public keys, for the new ones cannot be used: {Reason}")]
    public static partial void TokenKeysKept(ILogger log, string reason);

    [LoggerMessage(62, LogLevel.Error,
        "The kept revocations cannot be read: {Reason}. Until the auth server was asked, revoked tokens may "
        + "be taken")]
    public static partial void RevocationsUnreadable(ILogger log, string reason);

    [LoggerMessage(63, LogLevel.Warning,
        "Revocations cannot be had from {Url}: {Reason}; what is known counts, and it is asked again")]
    public static partial void RevocationsUnreachable(ILogger log, string url, string reason);

    [LoggerMessage(64, LogLevel.Warning, "The auth server tells of revocations again")]
    public static partial void RevocationsAgain(ILogger log);

    [LoggerMessage(65, LogLevel.Information, "Admin API at {Address}")]
    public static partial void AdminListens(ILogger log, string address);

    [LoggerMessage(66, LogLevel.Information, "Registry: {Detail}")]
    public static partial void RegistryChanged(ILogger log, string detail);

    [LoggerMessage(67, LogLevel.Warning,
        "Admin API at {Address}: a request without the bearer text was refused ({Held} more since the last "
        + "line)")]
    public static partial void AdminRefused(ILogger log, string address, int held);

    [LoggerMessage(68, LogLevel.Warning, "Alarm: {Detail}")]
    public static partial void AlarmRaised(ILogger log, string detail);

    [LoggerMessage(69, LogLevel.Information, "Alarm over: {Detail}")]
    public static partial void AlarmCleared(ILogger log, string detail);

    [LoggerMessage(70, LogLevel.Warning,
        "Quotas:Webhook was not told of an alarm: {Reason}; it is tried again")]
    public static partial void WebhookFailed(ILogger log, string reason);

    [LoggerMessage(71, LogLevel.Warning,
        "The clock is not trusted: the kernel does not say that it was set from the network. Tokens count "
        + "unless they expired by the last known time, and times upward are marked (Clock:Trust)")]
    public static partial void ClockUntrusted(ILogger log);

    [LoggerMessage(72, LogLevel.Information, "The clock was set and is trusted from now on")]
    public static partial void ClockTrusted(ILogger log);
}
