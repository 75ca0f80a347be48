using System.Text;
using LightMq.Broker;
using LightMq.Broker.Settings;
using LightMq.Lmq;

namespace LightMq.Unit.Broker;

/// <summary>An engine with a registry, and clients that log in as the LMQ contract says.</summary>
internal static class LmqHost
{
    public const string Secret = "the secret of AK";
    public static readonly ListenerOptions Listener = new() { Dialect = Dialect.Lmq };

    public static BrokerOptions Options { get; } = new()
    {
        AckHoldMilliseconds = 0,
        Tokens = true,
        Lmq = new LmqRegistry(
            [new("AK", Secret)], ["GID_AAA", "GID_BBB"], ["parent", "second"]),
    };

    public static EngineHost Make(BrokerOptions? options = null) =>
        new(options ?? Options) { Tokens = Verify };

    /// <summary>Logs in by signature.</summary>
    public static Peer SignIn(
        this EngineHost host, string clientId, string key = "AK", string secret = Secret,
        bool clean = true, int keepAlive = 0)
    {
        var peer = host.Open(Listener);
        var group = clientId[..clientId.IndexOf('@')];
        peer.SendConnect(clientId, clean, user: key, password: Signature.Login(secret, group),
            keepAlive: keepAlive);
        host.Advance(host.Options.GroupMilliseconds);
        return peer;
    }

    /// <summary>Connects without a password.</summary>
    public static Peer ComeWithToken(this EngineHost host, string clientId, bool clean = true)
    {
        var peer = host.Open(Listener);
        peer.SendConnect(clientId, clean, keepAlive: 0);
        host.Advance(host.Options.GroupMilliseconds);
        return peer;
    }

    public static void Upload(this Peer peer, string token, string type, ushort id = 1) =>
        peer.Publish("$SYS/uploadToken", $$"""{"token":"{{token}}","type":"{{type}}"}""", 1, id);

    public static void Change(this EngineHost host, RegistryChange change)
    {
        host.Handle(Input.RegistryChanged(change));
        host.Advance(host.Options.GroupMilliseconds);
    }

    /// <summary>Tokens by text: actions, "until" and milliseconds, "from" and milliseconds.</summary>
    private static TokenVerdict Verify(string text)
    {
        var parts = text.Split(' ');
        if (!TokenActionsText.TryParseList(parts[0], out var actions))
            return new TokenVerdict(TokenFault.Forged, "the key is unknown", null);
        return new TokenVerdict(TokenFault.None, "", new TokenGrant
        {
            Id = text,
            AccessKey = "AK",
            Actions = actions,
            Filters = (byte[][])[Encoding.UTF8.GetBytes("parent/#")],
            IssuedMilliseconds = 0,
            NotBeforeMilliseconds = ValueOf(parts, "from", 0),
            ExpiresMilliseconds = ValueOf(parts, "until", 4_000_000_000_000),
        });
    }

    private static long ValueOf(string[] parts, string name, long otherwise)
    {
        var at = Array.IndexOf(parts, name);
        return at < 0 ? otherwise : long.Parse(parts[at + 1]);
    }
}
