using System.Text;
using LightMq.Lmq;
using LightMq.Mqtt;
using LightMq.Simulator.Machine;

namespace LightMq.Simulator.World;

/// <summary>A token as the world knows it.</summary>
/// <param name="Text">What is uploaded.</param>
/// <param name="Type">As what it is uploaded.</param>
/// <param name="Fault">Why it does not serve; none: it is good until it expires or is revoked.</param>
/// <param name="Grant">What it says, if its signature is right.</param>
public sealed record SimulatedToken(string Text, TokenActions Type, TokenFault Fault, TokenGrant? Grant)
{
    /// <summary>Whether it covers a topic for reading.</summary>
    public bool Reads(string topic)
    {
        if ((Type & TokenActions.Read) == 0 || Grant == null) return false;
        foreach (var filter in Grant.Filters)
            if (Topics.Matches(filter, Encoding.UTF8.GetBytes(topic))) return true;
        return false;
    }
}

/// <summary>The auth server: makes tokens of every kind, knows them again, and revokes them.</summary>
public sealed class TokenOffice(Random random, Func<long> unixMilliseconds)
{
    // Further back than the board's clock ever goes.
    private const long LongAgo = -10_000_000;
    private static readonly string[] s_wide = ["t0/#", "t1/#", "will/#", "x0/#", "x1/#", "GID_SIM_MQTT"];
    private static readonly string[] s_narrow = ["t0/#"];
    private static readonly TokenFault[] s_faults =
    [
        TokenFault.Forged, TokenFault.BadSignature, TokenFault.Expired, TokenFault.Revoked,
        TokenFault.Action, TokenFault.AccountNotPermitted,
    ];

    private readonly Dictionary<string, SimulatedToken> _tokens = [];

    /// <summary>Ids of all that are revoked; replaced, never changed.</summary>
    public IReadOnlySet<string> Revoked { get; private set; } = new HashSet<string>();

    /// <summary>Makes a good token for a gateway, which must name it (LMQ-TOK-2).</summary>
    public SimulatedToken IssueToGateway(string clientId, long lifeMilliseconds) =>
        Make(TokenActions.ReadWrite, TokenFault.None, clientId, TokenActions.ReadWrite, isNarrow: false,
            lifeMilliseconds, isNamed: true);

    /// <summary>Makes a good token.</summary>
    public SimulatedToken Issue(string clientId, TokenActions type, bool isNarrow, long lifeMilliseconds) =>
        Make(type, TokenFault.None, clientId, type, isNarrow, lifeMilliseconds);

    /// <summary>Makes one that does not serve, for one reason or another.</summary>
    public SimulatedToken Spoil(string clientId)
    {
        var fault = random.Pick(s_faults);
        var type = TokenActions.ReadWrite;
        var token = fault switch
        {
            TokenFault.Action => Make(type, fault, clientId, TokenActions.Read, false, 60_000),
            TokenFault.AccountNotPermitted => Make(type, fault, clientId + "0", type, false, 60_000),
            TokenFault.Expired => Make(type, fault, clientId, type, false, LongAgo),
            _ => Make(type, fault, clientId, type, false, 60_000),
        };
        if (fault == TokenFault.Revoked) Revoke(token);
        return token;
    }

    /// <summary>Revokes a token, and tells of it.</summary>
    public void Revoke(SimulatedToken token)
    {
        Revoked = new HashSet<string>(Revoked) { token.Text };
        Changed?.Invoke();
    }

    /// <summary>Revokes one of those that were made last.</summary>
    public void RevokeOne()
    {
        if (_tokens.Count == 0) return;
        Revoke(_tokens[$"token{random.Next(Math.Max(0, _tokens.Count - 4), _tokens.Count)}"]);
    }

    /// <summary>Called when more are revoked.</summary>
    public Action? Changed { get; set; }

    public SimulatedToken Find(ReadOnlySpan<byte> text) => _tokens[Encoding.UTF8.GetString(text)];

    /// <summary>What the verifier says of it.</summary>
    public static TokenVerdict Verify(SimulatedToken token, SeededBug bug)
    {
        var isForged = token.Fault is TokenFault.Forged or TokenFault.BadSignature;
        if (isForged && bug != SeededBug.TakeForged) return new TokenVerdict(token.Fault, "simulated", null);
        var grant = token.Grant!;
        return new TokenVerdict(TokenFault.None, "", bug != SeededBug.NeverExpire ? grant : new TokenGrant
        {
            Id = grant.Id, AccessKey = grant.AccessKey, ClientId = grant.ClientId, Actions = grant.Actions,
            Filters = grant.Filters, IssuedMilliseconds = 0, ExpiresMilliseconds = TokenGrant.MillisecondsMax,
        });
    }

    private SimulatedToken Make(TokenActions type, TokenFault fault, string clientId, TokenActions actions,
        bool isNarrow, long lifeMilliseconds, bool isNamed = false)
    {
        var text = $"token{_tokens.Count}";
        var now = unixMilliseconds();
        var filters = isNarrow ? s_narrow : s_wide;
        return _tokens[text] = new SimulatedToken(text, type, fault, new TokenGrant
        {
            Id = text,
            AccessKey = "key",
            ClientId = random.Happens(0.5) && fault != TokenFault.AccountNotPermitted && !isNamed
                ? null : Encoding.UTF8.GetBytes(clientId),
            Actions = actions,
            Filters = (byte[][])[.. filters.Select(Encoding.UTF8.GetBytes)],
            IssuedMilliseconds = now,
            ExpiresMilliseconds = now + lifeMilliseconds,
        });
    }
}
