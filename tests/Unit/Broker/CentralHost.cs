using LightMq.Broker.Settings;
using LightMq.Lmq;

namespace LightMq.Unit.Broker;

/// <summary>A central broker with a registry, and gateways that bring their clients' messages.</summary>
internal static class CentralHost
{
    public const string Gateway = "GID_GATE@@@g1", Other = "GID_GATE@@@g2", Sensor = "GID_AAA@@@s1";
    public static readonly EpochText Epoch = new(7, 1);

    public static readonly BrokerOptions Options = LmqHost.Options with
    {
        Central = new CentralOptions(["GID_GATE"]) { ClusterId = "cluster-1" },
        Lmq = LmqHost.Options.Lmq with
        {
            Groups = ["GID_AAA", "GID_GATE"],
            ParentTopics = ["parent", "second", "GID_AAA_MQTT"],
        },
    };

    public static UpLink Come(EngineHost host, string clientId = Gateway, string? installation = null) =>
        new(host, clientId, listener: LmqHost.Listener, user: "AK", installation: installation,
            password: Signature.Login(LmqHost.Secret, clientId[..clientId.IndexOf('@')]), expiry: 86_400);

    public static void Bring(UpLink gateway, long sequence, ushort id, string client = Sensor,
        string topic = "parent/a", string? payload = null, bool retain = false) =>
        gateway.Publish(topic, payload ?? $"m{sequence}", 1, id, retain, ("lmq-client", client),
            ("lmq-epoch", $"{Epoch}"), ("lmq-seq", $"{sequence}"), ("lmq-key", client));

    public static string NoId(string line) =>
        line.Split(' ') is ["PUBLISH", _, .. var rest] ? $"PUBLISH {string.Join(' ', rest)}" : line;

    public static IEnumerable<int> Acks(UpLink link) => link.TakeAcks().Select(static id => (int)id);
}
