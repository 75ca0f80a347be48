using System.Text;
using LightMq.Broker.Connections;
using LightMq.Broker.Flows;
using LightMq.Broker.Settings;
using LightMq.Lmq;
using LightMq.Mqtt;

namespace LightMq.Broker.Dialects;

/// <summary>The LMQ contract's names and signature login (LMQ-ID-1 to ID-4, LMQ-AUTH-1).</summary>
internal sealed class LmqDialect : IDialect
{
    private readonly int _payloadBytesMax;
    private readonly Dictionary<string, string> _secrets = new(StringComparer.Ordinal);
    private readonly HashSet<byte[]> _groups;
    private readonly HashSet<byte[]> _parents;

    public LmqDialect(BrokerOptions options, BytesComparer names)
    {
        _payloadBytesMax = options.PayloadBytesMax;
        foreach (var key in options.Lmq.AccessKeys) _secrets[key.Key] = key.Secret;
        _groups = new HashSet<byte[]>(options.Lmq.Groups.Select(Encoding.UTF8.GetBytes), names);
        _parents = new HashSet<byte[]>(options.Lmq.ParentTopics.Select(Encoding.UTF8.GetBytes), names);
    }

    public LoginVerdict Admit(in ConnectPacket connect, Connection connection)
    {
        if (!ClientIdName.TryParse(connect.ClientId, out var name))
            return new LoginVerdict(ConnectCode.IdentifierRejected,
                "the client id is not GroupID@@@DeviceID, 64 visible characters at most (LMQ-ID-1)");
        if (!_groups.GetAlternateLookup<ReadOnlySpan<byte>>().Contains(name.Group))
            return new LoginVerdict(ConnectCode.NotAuthorized, "the group is not registered (LMQ-ID-2)");
        if (CertificateRules.IsForeignId(connect, connection)) return CertificateRules.Refused;
        var key = Encoding.UTF8.GetString(connect.UserName);
        // An unknown key is compared too, so that the answer takes as long.
        var isKnown = _secrets.TryGetValue(key, out var secret);
        var matches = Signature.Matches(secret ?? key, name.Group, connect.Password);
        return isKnown && matches
            ? LoginVerdict.Accept(new Login(key, null))
            : new LoginVerdict(ConnectCode.BadUserNameOrPassword,
                "the access key is unknown or its signature is wrong (LMQ-AUTH-1)");
    }

    public TopicVerdict Publish(Login login, ReadOnlySpan<byte> topic, int payloadBytes)
    {
        if (!TopicNames.IsLengthAllowed(topic)) return new(ReasonCode.TopicNameInvalid, Closes: true);
        var isRequest = topic[0] == (byte)'$' && Controlling.IsRequest(topic);
        if (!isRequest && (topic[0] == (byte)'$' || !IsRegistered(topic))) return TopicVerdict.NotGranted;
        var isPeer = !isRequest && TopicNames.IsPeer(topic);
        if (isPeer && !IsClientOfAGroup(topic)) return TopicVerdict.NotGranted;
        if (payloadBytes > _payloadBytesMax) return new(ReasonCode.QuotaExceeded);
        return isRequest ? TopicVerdict.Control : isPeer ? TopicVerdict.PeerToPeer : TopicVerdict.Granted;
    }

    public TopicVerdict Subscribe(Login login, ReadOnlySpan<byte> filter)
    {
        if (!TopicNames.IsLengthAllowed(filter)) return new(ReasonCode.TopicFilterInvalid);
        filter = TopicNames.WithoutShare(filter);
        if (filter[0] == (byte)'$') return new(ReasonCode.NotAuthorized);
        return IsRegistered(filter) ? TopicVerdict.Granted : TopicVerdict.NotGranted;
    }

    /// <summary>Whether a P2P topic names a well-formed id of a registered group (LMQ-MSG-5).</summary>
    private bool IsClientOfAGroup(ReadOnlySpan<byte> topic) =>
        TopicNames.TryPeer(topic, out _, out var clientId) && ClientIdName.TryParse(clientId, out var name)
        && _groups.GetAlternateLookup<ReadOnlySpan<byte>>().Contains(name.Group);

    private bool IsRegistered(ReadOnlySpan<byte> topic) =>
        _parents.GetAlternateLookup<ReadOnlySpan<byte>>().Contains(TopicNames.Parent(topic));
}
