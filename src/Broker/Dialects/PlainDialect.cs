using System.Text;
using LightMq.Broker.Connections;
using LightMq.Broker.Settings;
using LightMq.Mqtt;

namespace LightMq.Broker.Dialects;

/// <summary>
/// Standard MQTT: any client id, local users with topic rules, anonymous where switched on (LMQ-AUTH-5).
/// </summary>
internal sealed class PlainDialect : DialectRules
{
    private const int ClientIdBytesMax = 1024;
    private static readonly Login Anonymous = new("", null);

    /// <summary>Compared where the user does not exist, so that the answer takes as long.</summary>
    private readonly PasswordHash _nobody;
    private readonly Dictionary<string, LocalUser> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Login> _logins = new(StringComparer.Ordinal);

    public PlainDialect(BrokerOptions options)
    {
        foreach (var user in options.Users)
        {
            _users[user.Name] = user;
            _logins[user.Name] = new Login(user.Name, user.Rules
                .Select(r => new GrantedFilter(Encoding.UTF8.GetBytes(r.Filter), r.Read, r.Write)).ToArray());
        }
        var iterations = options.Users.Count > 0 ? options.Users.Max(u => u.Password.Iterations) : 1;
        _nobody = new PasswordHash(iterations, new byte[16], new byte[32]);
    }

    public override LoginVerdict Admit(in ConnectPacket connect, Connection connection)
    {
        if (connect.ClientId.IsEmpty && NeedsId(connect))
            return new LoginVerdict(ConnectCode.IdentifierRejected,
                "an empty client id needs clean session (MQTT-3.1.3-8), and MQTT 3.1 always needs one");
        if (connect.ClientId.Length > ClientIdBytesMax)
            return new LoginVerdict(
                ConnectCode.IdentifierRejected, $"a client id above {ClientIdBytesMax} bytes");
        if (CertificateRules.IsForeignId(connect, connection)) return CertificateRules.Refused;
        if (CertificateRules.UserOf(connect, connection) is { } known
            && _logins.TryGetValue(known, out var login))
            return LoginVerdict.Accept(login);
        if (_users.Count == 0 || !connect.HasUserName)
            return connection.Listener.Anonymous
                ? LoginVerdict.Accept(Anonymous)
                : new LoginVerdict(ConnectCode.NotAuthorized,
                    "no user name is known here, and the listener is not anonymous");
        var name = Encoding.UTF8.GetString(connect.UserName);
        return _users.TryGetValue(name, out var user)
            ? LoginVerdict.Accept(_logins[name], user.Password)
            : LoginVerdict.Accept(Anonymous, _nobody);
    }

    private static bool NeedsId(in ConnectPacket connect) => connect.Version == ProtocolVersion.V310
        || (connect.Version == ProtocolVersion.V311 && !connect.CleanStart);

    public override TopicVerdict Publish(Login login, ReadOnlySpan<byte> topic, int payloadBytes)
    {
        if (topic.StartsWith("$SYS/"u8)) return TopicVerdict.NotGranted;
        if (login.Rules is null) return TopicVerdict.Granted;
        foreach (var rule in login.Rules)
            if (rule.Write && Topics.Matches(rule.Filter, topic)) return TopicVerdict.Granted;
        return TopicVerdict.NotGranted;
    }

    public override TopicVerdict Subscribe(Login login, ReadOnlySpan<byte> filter)
    {
        if (login.Rules is null) return TopicVerdict.Granted;
        if (SharedFilter.TrySplit(filter, out _, out var inner)) filter = inner;
        foreach (var rule in login.Rules)
            if (rule.Read && Covers(rule.Filter, filter)) return TopicVerdict.Granted;
        return TopicVerdict.NotGranted;
    }

    public override bool Keeps(Login login, ReadOnlySpan<byte> filter) => Subscribe(login, filter).IsGranted;

    /// <summary>Whether every topic that <paramref name="filter"/> matches is matched by the rule.</summary>
    internal static bool Covers(ReadOnlySpan<byte> rule, ReadOnlySpan<byte> filter)
    {
        if (rule[0] is (byte)'+' or (byte)'#' && filter[0] == (byte)'$') return false;
        while (true)
        {
            var ruleLevel = TakeLevel(ref rule, out var ruleEnds);
            if (ruleLevel is [(byte)'#']) return true;
            var level = TakeLevel(ref filter, out var filterEnds);
            if (level is [(byte)'#']) return false;
            if (ruleLevel is not [(byte)'+'] && !ruleLevel.SequenceEqual(level)) return false;
            if (filterEnds) return ruleEnds || rule is [(byte)'#'];
            if (ruleEnds) return false;
        }
    }

    private static ReadOnlySpan<byte> TakeLevel(ref ReadOnlySpan<byte> rest, out bool isLast)
    {
        var end = rest.IndexOf((byte)'/');
        isLast = end < 0;
        var level = isLast ? rest : rest[..end];
        rest = isLast ? [] : rest[(end + 1)..];
        return level;
    }
}
