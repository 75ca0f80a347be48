using LightMq.Broker.Connections;
using LightMq.Broker.Dialects;
using LightMq.Broker.Registry;
using LightMq.Broker.Settings;
using LightMq.Lmq;

namespace LightMq.Broker.Flows;

/// <summary>
/// Judges tokens: when their signature was verified, each second while they live, and when some are revoked
/// (LMQ-TOK-6 to TOK-9). One that fails ends its connection, whatever other tokens it holds.
/// </summary>
internal sealed class Vetting(
    Turn turn, ConnectionTable connections, Register register, Connecting connecting, Closing closing,
    Delivering delivering, Receipting receipting, Noticing noticing, BackPressure pressure,
    CentralOptions? central)
{
    private const long NoticeMilliseconds = 5 * 60_000;

    private IReadOnlySet<string> _revoked = new HashSet<string>();
    private readonly List<Connection> _looked = [];

    /// <summary>A token that was uploaded has been verified, or could not be.</summary>
    public void Checked(Connection connection, in TokenVerdict verdict)
    {
        if (connection.IsClosed || connection.Upload is not { } upload) return;
        if (verdict is { Fault: TokenFault.None, Grant: null })
        {
            Count(connection, RefusalCause.TokenBusy, "more tokens at once than can be checked");
            closing.Close(connection, CloseReason.QuotaExceeded, "its token could not be checked in time");
            return;
        }
        var fault = verdict.IsGood ? Judge(connection, verdict.Grant, upload.Type) : verdict.Fault;
        if (fault != TokenFault.None)
        {
            Refuse(connection, fault, upload.Type, verdict.Cause);
            return;
        }
        var pass = connection.Login!.Pass!;
        pass.Wallet!.Put(new UploadedToken(upload.Type, verdict.Grant!));
        pass.Publishes.Clear();
        if (connection.Session is null) connecting.AdmitByToken(connection);
        Accepted(connection);
    }

    /// <summary>What the PUBACK of an upload confirms is durable: a new token counts from now on.</summary>
    public void Accepted(Connection connection)
    {
        if (connection is not { IsClosed: false, Stage: ConnectionStage.Ready, Upload: { } upload }) return;
        connection.Upload = null;
        turn.Counters.TokensTaken++;
        if (connection.Parked is { Count: > 0 }) pressure.ParkAnswer(connection, upload.PacketId);
        else receipting.Owe(connection.Session!, null, upload.PacketId, qos: 1, hash: 0);
        Look(connection);
        if (connection.IsClosed) return;
        delivering.Pump(connection.Session!);
        if (connection.Session!.Companion is { } mailbox) delivering.Pump(mailbox);
        turn.Resumed.Add(connection);
        turn.RoomFreed = true;
    }

    /// <summary>Each second: what has expired, and what is about to.</summary>
    public void Look(Connection connection)
    {
        if (connection is not
            { IsClosed: false, Stage: ConnectionStage.Ready, Login.Pass.Wallet: { } wallet })
            return;
        var now = turn.Now;
        foreach (var held in wallet.Tokens)
        {
            if (held is not { } token) continue;
            var fault = token.Grant.Judge(now.UnixMilliseconds, now.Trusted);
            if (fault != TokenFault.None)
            {
                Refuse(connection, fault, token.Type, "its token has expired");
                return;
            }
            var left = token.Grant.ExpiresMilliseconds - now.UnixMilliseconds;
            if (left <= NoticeMilliseconds && wallet.TryNotice(token))
                noticing.Expires(connection, new TokenExpireNotice(
                    token.Grant.ExpiresMilliseconds, token.Type));
        }
    }

    /// <summary>These tokens are revoked, and no others; connections that hold one end.</summary>
    public void Revoke(IReadOnlySet<string> tokenIds)
    {
        _revoked = tokenIds;
        _looked.Clear();
        _looked.AddRange(connections.Open);
        foreach (var connection in _looked)
            if (connection is { IsClosed: false, Login.Pass.Wallet: { IsEmpty: false } wallet })
                foreach (var token in wallet.Tokens)
                    if (token is not null && tokenIds.Contains(token.Grant.Id))
                    {
                        Refuse(connection, TokenFault.Revoked, token.Type, "its token was revoked");
                        break;
                    }
        _looked.Clear();
    }

    private TokenFault Judge(Connection connection, TokenGrant grant, TokenActions type)
    {
        if (_revoked.Contains(grant.Id)) return TokenFault.Revoked;
        var fault = grant.Judge(turn.Now.UnixMilliseconds, turn.Now.Trusted);
        if (fault != TokenFault.None) return fault;
        if (!grant.IsFor(connection.ClientId)) return TokenFault.AccountNotPermitted;
        // Whoever held one for any client could be every gateway (LMQ-TOK-2).
        if (grant.ClientId is null && central?.IsGateway(connection.ClientId) == true)
            return TokenFault.AccountNotPermitted;
        // A key that is registered here may be for some groups only; others are the auth server's affair.
        if (register.FindKey(grant.AccessKey) is { } key
            && !Register.MayUse(key, connection.Login!.Pass!.Group))
            return TokenFault.AccountNotPermitted;
        return (type & ~grant.Actions) == TokenActions.None ? TokenFault.None : TokenFault.Action;
    }

    private void Refuse(Connection connection, TokenFault fault, TokenActions type, string cause)
    {
        Count(connection, CauseOf(fault), $"token refused with code {(int)fault} (LMQ-TOK-8): "
            + (cause.Length > 0 ? cause : WordsOf(fault)));
        noticing.Invalid(connection, fault, type);
        closing.Close(connection, CloseReason.NotAuthorized, $"token, code {(int)fault}");
    }

    private void Count(Connection connection, RefusalCause cause, string detail)
    {
        turn.Counters.Refuse(cause);
        turn.Report(BrokerEventKind.Refused, connection.ClientText, connection, detail);
    }

    private static RefusalCause CauseOf(TokenFault fault) => fault switch
    {
        TokenFault.Forged => RefusalCause.TokenForged,
        TokenFault.BadSignature => RefusalCause.TokenSignature,
        TokenFault.Expired => RefusalCause.TokenExpired,
        TokenFault.Revoked => RefusalCause.TokenRevoked,
        TokenFault.Action => RefusalCause.TokenType,
        TokenFault.AccountNotPermitted => RefusalCause.TokenAccount,
        _ => RefusalCause.TokenCovers,
    };

    private static string WordsOf(TokenFault fault) => fault switch
    {
        TokenFault.Expired => "it has expired, or is not valid yet",
        TokenFault.Revoked => "it was revoked",
        TokenFault.Action => "it does not grant the type that it was uploaded as",
        TokenFault.AccountNotPermitted =>
            "it is for another client, or for any where one must be named, or its key is not for this group",
        _ => "it does not serve",
    };
}
