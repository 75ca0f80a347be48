using System.Text;
using LightMq.Broker.Connections;
using LightMq.Broker.Flows;
using LightMq.Broker.Registry;
using LightMq.Broker.Settings;
using LightMq.Lmq;
using LightMq.Mqtt;

namespace LightMq.Broker.Dialects;

/// <summary>
/// The LMQ contract's names, logins and grants (LMQ-ID-1 to 4, LMQ-AUTH-1 to 3): by the registry for logins
/// by signature, by tokens for those without a password.
/// </summary>
internal sealed class LmqDialect(BrokerOptions options, Register register) : DialectRules
{
    public override LoginVerdict Admit(in ConnectPacket connect, Connection connection)
    {
        if (!ClientIdName.TryParse(connect.ClientId, out var name))
            return new LoginVerdict(ConnectCode.IdentifierRejected,
                "the client id is not GroupID@@@DeviceID, 64 visible characters at most (LMQ-ID-1)",
                Counted: RefusalCause.ClientId);
        if (!register.HasGroup(name.Group))
            return new LoginVerdict(ConnectCode.NotAuthorized, "the group is not registered (LMQ-ID-2)",
                Counted: RefusalCause.Group);
        if (CertificateRules.IsForeignId(connect, connection)) return CertificateRules.Refused;
        if (!connect.HasPassword && options.Tokens)
            return LoginVerdict.Accept(
                new Login("", null) { Pass = new LmqPass(name.Group.ToArray(), null) });
        var key = Encoding.UTF8.GetString(connect.UserName);
        // An unknown key is compared too, so that the answer takes as long.
        var known = register.FindKey(key);
        var matches = Signature.Matches(known?.Secret ?? key, name.Group, connect.Password);
        if (known is null || !matches)
            return new LoginVerdict(ConnectCode.BadUserNameOrPassword,
                "the access key is unknown or its signature is wrong (LMQ-AUTH-1)",
                Counted: RefusalCause.Signature);
        return Register.MayUse(known, name.Group)
            ? LoginVerdict.Accept(new Login(key, null) { Pass = new LmqPass(name.Group.ToArray(), key) })
            : new LoginVerdict(ConnectCode.NotAuthorized,
                "the group is not one of the access key's (LMQ-ID-2)",
                Counted: RefusalCause.Group);
    }

    public override TopicVerdict Publish(Login login, ReadOnlySpan<byte> topic, int payloadBytes)
    {
        var pass = login.Pass!;
        if (!pass.Publishes.TryFind(topic, register.Version, out var kind))
        {
            var verdict = JudgePublish(pass, topic);
            if (!verdict.IsGranted) return verdict;
            kind = verdict.Kind;
            pass.Publishes.Keep(topic, register.Version, kind);
        }
        return payloadBytes > options.PayloadBytesMax && kind != TopicKind.Control
            ? new(ReasonCode.QuotaExceeded)
            : new(ReasonCode.Success, Kind: kind);
    }

    public override TopicVerdict Subscribe(Login login, ReadOnlySpan<byte> filter)
    {
        var pass = login.Pass!;
        if (pass.Wallet is { IsEmpty: true }) return TopicVerdict.Forbidden(RefusalCause.TokenMissing);
        if (!TopicNames.IsLengthAllowed(filter))
            return new(ReasonCode.TopicFilterInvalid, Cause: RefusalCause.TopicLength);
        filter = TopicNames.WithoutShare(filter);
        if (filter[0] == (byte)'$')
            return IsNotice(filter)
                ? TopicVerdict.Granted
                : new(ReasonCode.NotAuthorized, Cause: RefusalCause.DollarTopic);
        return Judge(pass, filter, Access.Read, isFilter: true);
    }

    public override bool Keeps(Login login, ReadOnlySpan<byte> filter)
    {
        // What tokens do not cover waits for one that does: the session is not to lose its filters over it.
        if (login.Pass is not { Wallet: not null }) return Subscribe(login, filter).IsGranted;
        filter = TopicNames.WithoutShare(filter);
        return IsNotice(filter) || register.FindTopic(TopicNames.Parent(filter)) is not null;
    }

    private TopicVerdict JudgePublish(LmqPass pass, ReadOnlySpan<byte> topic)
    {
        if (Uploading.IsUpload(topic))
            return pass.Wallet is null
                ? TopicVerdict.Forbidden(RefusalCause.DollarTopic) : TopicVerdict.Control;
        if (pass.Wallet is { IsEmpty: true }) return TopicVerdict.Forbidden(RefusalCause.TokenMissing);
        if (!TopicNames.IsLengthAllowed(topic))
            return new(ReasonCode.TopicNameInvalid, Closes: true, Cause: RefusalCause.TopicLength);
        if (topic[0] == (byte)'$')
            return Controlling.IsRequest(topic)
                ? TopicVerdict.Control : TopicVerdict.Forbidden(RefusalCause.DollarTopic);
        var verdict = Judge(pass, topic, Access.Write, isFilter: false);
        if (!verdict.IsGranted || !TopicNames.IsPeer(topic)) return verdict;
        return IsClientOfAGroup(topic) ? TopicVerdict.PeerToPeer : TopicVerdict.NotGranted;
    }

    private TopicVerdict Judge(LmqPass pass, ReadOnlySpan<byte> topic, Access action, bool isFilter)
    {
        var parent = TopicNames.Parent(topic);
        if (pass.Wallet is { } wallet)
            return register.FindTopic(parent) is null
                ? TopicVerdict.NotGranted : wallet.Judge(topic, action, isFilter);
        return (register.AccessOf(pass.Group, parent) & action) != 0
            ? TopicVerdict.Granted : TopicVerdict.NotGranted;
    }

    /// <summary>Topics that clients may subscribe to, though they are told without it (LMQ-TOK-7).</summary>
    private static bool IsNotice(ReadOnlySpan<byte> filter) =>
        filter.SequenceEqual(ControlTopics.TokenExpireNotice)
        || filter.SequenceEqual(ControlTopics.TokenInvalidNotice);

    /// <summary>Whether a P2P topic names a well-formed id of a registered group (LMQ-MSG-5).</summary>
    private bool IsClientOfAGroup(ReadOnlySpan<byte> topic) =>
        TopicNames.TryPeer(topic, out _, out var clientId) && ClientIdName.TryParse(clientId, out var name)
        && register.HasGroup(name.Group);
}
