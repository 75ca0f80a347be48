using LightMq.Broker.Connections;
using LightMq.Broker.Flows;
using LightMq.Broker.Sessions;
using LightMq.Broker.Settings;

namespace LightMq.Broker;

/// <summary>Once a second: who has been silent too long, and who takes nothing (MQTT-3.1.2-24).</summary>
internal sealed class Watch(
    Turn turn, BrokerOptions options, ConnectionTable connections, Closing closing,
    BackPressure pressure, Vetting vetting)
{
    private const int EveryMilliseconds = 1000;
    private long _next;

    /// <summary>When the next look is due; nobody to look at, never.</summary>
    public long Deadline => connections.Count == 0 ? long.MaxValue : _next;

    public void Look()
    {
        var now = turn.Now.Milliseconds;
        if (now < _next) return;
        _next = now + EveryMilliseconds;
        for (var i = connections.Count - 1; i >= 0; i--)
        {
            if (i >= connections.Count) continue;
            var connection = connections.Open[i];
            if (FindReason(connection, now) is { } reason) Close(connection, reason);
            else if (connection.Login is { IsTokens: true }) vetting.Look(connection);
        }
    }

    private void Close(Connection connection, CloseReason reason)
    {
        if (reason == CloseReason.TokenTimeout)
        {
            turn.Counters.Refuse(RefusalCause.TokenLate);
            turn.Report(BrokerEventKind.Refused, connection.ClientText, connection,
                $"no token came within {options.TokenSecondsMax} s (LMQ-AUTH-2)");
        }
        closing.Close(connection, reason);
    }

    /// <summary>It holds others up and has acknowledged nothing since a moment.</summary>
    private bool IsSlow(Session? session, long since)
    {
        if (session is not { HasQueue: true, Queue.Inflight: > 0 }) return false;
        if (session.LastProgress >= since) return false;
        return pressure.IsFull(session) || (pressure.Blocked.Count > 0 && session.Queue.HasWaiting);
    }

    private CloseReason? FindReason(Connection connection, long now)
    {
        var slow = options.SlowReaderSecondsMax * 1000L;
        if (connection.Stage == ConnectionStage.New
            && now - connection.OpenedAt > options.ConnectSecondsMax * 1000L)
            return CloseReason.ConnectTimeout;
        if (connection is { Stage: ConnectionStage.Provisional, Upload: null }
            && now - connection.ProvisionalSince > options.TokenSecondsMax * 1000L)
            return CloseReason.TokenTimeout;
        if (connection.Stage == ConnectionStage.Ready && !connection.IsStopped
            && connection.SilenceMillisecondsMax > 0
            && now - connection.LastReceived > connection.SilenceMillisecondsMax)
            return CloseReason.KeepAlive;
        if (connection.IsRefused && now - connection.RefusedSince > slow) return CloseReason.QuotaExceeded;
        if (connection.Outbox.IsEmpty || connection.Outbox.TotalSent != connection.SentSeen)
        {
            connection.SentSeen = connection.Outbox.TotalSent;
            connection.SentSeenAt = now;
        }
        else if (now - connection.SentSeenAt > slow) return CloseReason.SlowReader;
        return IsSlow(connection.Session, now - slow) || IsSlow(connection.Session?.Companion, now - slow)
            ? CloseReason.SlowReader : null;
    }
}
