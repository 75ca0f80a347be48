using System.Text;
using LightMq.Lmq;
using LightMq.Simulator.Machine;
using LightMq.Simulator.World;

namespace LightMq.Simulator.Oracle;

/// <summary>A token that was uploaded on a connection.</summary>
public sealed class HeldToken(SimulatedToken token)
{
    public SimulatedToken Token { get; } = token;
    /// <summary>PUBACK came for it.</summary>
    public bool IsTaken { get; set; }
}

/// <summary>
/// A token serves as long and as far as it says (LMQ-AUTH-2, LMQ-TOK-6 to 8): nothing reaches a client that
/// none of its tokens covers; a connection ends within a second of its token's end, at once if it is revoked,
/// with the notice that says why; who has no token gets nothing, and takes nobody's place.
/// </summary>
public sealed class TokenRules(Judge judge) : IChecker
{
    // The engine looks each second; a turn comes up to some milliseconds late.
    private const int LateMilliseconds = 1_010;

    public void Delivered(Delivery delivery)
    {
        if (!delivery.Subscriber.NeedsToken) return;
        judge.Tally.Count("messages by token");
        Demand(delivery.Subscriber.Tokens.Exists(held => held.Token.Reads(delivery.Topic)),
            $"{delivery}: no token of this connection covers it");
    }

    /// <summary>PUBACK came for an upload.</summary>
    public void Taken(SubscriberFacts client, SimulatedToken token)
    {
        Demand(token.Fault == TokenFault.None, $"{client}: {token.Text} was taken, though {token.Fault}");
        client.Tokens.Find(held => held.Token == token)!.IsTaken = true;
        judge.Tally.Count("tokens taken");
    }

    /// <summary>A notice came; gives the type of a token that is about to expire.</summary>
    public TokenActions? Noticed(SubscriberFacts client, string topic, ReadOnlySpan<byte> body)
    {
        if (topic == Encoding.ASCII.GetString(ControlTopics.TokenInvalidNotice))
        {
            Demand(TokenInvalidNotice.TryParse(body, out _), $"{client}: a notice that cannot be read");
            return null;
        }
        Demand(TokenExpireNotice.TryParse(body, out var notice), $"{client}: a notice that cannot be read");
        var about = client.Tokens.Find(held => held.Token.Type == notice.Type
            && held.Token.Grant!.ExpiresMilliseconds == notice.ExpiresMilliseconds
            && !client.NoticedTokens.Contains(held.Token.Text));
        Demand(about != null, $"{client}: a notice about a token that it has not, or was told of");
        client.NoticedTokens.Add(about!.Token.Text);
        judge.Tally.Count("notices of expiry");
        return notice.Type;
    }

    /// <summary>At the end of a turn: what a connection holds still serves.</summary>
    public static void Observe(Peer peer, IReadOnlySet<string> revoked, long unixMilliseconds)
    {
        foreach (var token in peer.Tokens.Values)
        {
            var what = $"{peer.Connection.RemoteAddress} is served by {token.Text}";
            Demand(!revoked.Contains(token.Text), $"{what}, which is revoked");
            Demand(unixMilliseconds < token.Grant!.ExpiresMilliseconds + LateMilliseconds,
                $"{what}, which expired {unixMilliseconds - token.Grant.ExpiresMilliseconds} ms ago");
        }
    }

    /// <summary>The broker closes a connection for a token; the notice is the last that it says.</summary>
    public void Closed(Peer peer, IReadOnlySet<string> revoked, long earliest, long latest)
    {
        var who = peer.Connection.RemoteAddress;
        var said = peer.Connection.Outbox.Unsent;
        var at = said.LastIndexOf(ControlTopics.TokenInvalidNotice);
        Demand(at >= 0, $"{who} closed without a notice");
        var body = said[(at + ControlTopics.TokenInvalidNotice.Length)..];
        Demand(TokenInvalidNotice.TryParse(body, out var notice), $"{who} closed with an unreadable notice");
        judge.Tally.Count($"tokens refused, code {(int)notice.Fault}");
        if (peer.Tokens.Count > 0) judge.Tally.Count($"connections that lost their token: {notice.Fault}");
        var candidates = peer.Tokens.Values.ToList();
        if (peer.Judged is { } judged) candidates.Add(judged);
        Demand(notice.Fault != TokenFault.None && candidates.Exists(token => token.Type == notice.Type
            && (FaultOf(token, revoked, earliest) == notice.Fault
                || FaultOf(token, revoked, latest) == notice.Fault)),
            $"{who} closed with code {(int)notice.Fault}");
    }

    private static TokenFault FaultOf(
        SimulatedToken token, IReadOnlySet<string> revoked, long unixMilliseconds)
    {
        if (token.Fault is TokenFault.Forged or TokenFault.BadSignature) return token.Fault;
        if (revoked.Contains(token.Text)) return TokenFault.Revoked;
        return unixMilliseconds >= token.Grant!.ExpiresMilliseconds ? TokenFault.Expired : token.Fault;
    }

    /// <summary>A connection is taken over: by its own device, which has opened another.</summary>
    public static void TakenOver(Peer older, IEnumerable<Peer> peers) => Demand(
        peers.Any(peer => peer != older && !peer.IsClosing
            && peer.Connection.RemoteAddress == older.Connection.RemoteAddress),
        $"{older.Connection.RemoteAddress} was taken over by a stranger");

    /// <summary>Says what a stranger got that it must not get.</summary>
    public static void Betrayed(string what) => Demand(false, what);

    private static void Demand(bool holds, string what)
    {
        if (!holds) throw new Violation(nameof(TokenRules), what);
    }
}
