using LightMq.Broker.Connections;
using LightMq.Broker.Sessions;
using LightMq.Lmq;

namespace LightMq.Broker.Flows;

/// <summary>Requests for what waited while the client was away (LMQ-OFF-2, LMQ-OFF-3).</summary>
internal sealed class Pulling(Turn turn, Drawing drawing)
{
    /// <summary>Messages asked for that may wait for window and disk; beyond it a request waits in
    /// vain.</summary>
    private const int DrawnMax = 256;

    /// <summary>Takes the body of a request.</summary>
    public void Take(Connection connection, ReadOnlySpan<byte> body)
    {
        var session = connection.Session!;
        if (!PullRequest.TryParse(body, out var request))
        {
            turn.Counters.PullsUnreadable++;
            if (!connection.MayComplain(Complaint.PullRequest, turn.Now.Milliseconds)) return;
            turn.Report(BrokerEventKind.Refused, session.ClientText, connection,
                "a pull request that cannot be read is ignored (LMQ-OFF-2)");
            return;
        }
        if (!connection.HasPulled)
        {
            connection.HasPulled = true;
            if (turn.Now.Milliseconds - connection.ReadyAt <= connection.PeriodMilliseconds)
                Pacing.End(connection);
        }
        if (!(session.PullPace ??= new PullPace()).Admits(turn.Now.Milliseconds))
        {
            turn.Counters.PullsExcess++;
            if (!connection.MayComplain(Complaint.PullRate, turn.Now.Milliseconds)) return;
            turn.Report(BrokerEventKind.Refused, session.ClientText, connection,
                $"more than {PullPace.PerSecondMax} pull requests a second are ignored (LMQ-OFF-3)");
            return;
        }
        turn.Counters.Pulls++;
        if (Drawing.DrawnCount(session) < DrawnMax) drawing.Draw(session, request.Order, request.Count);
    }
}
