using System.Security.Cryptography;
using System.Text;
using LightMq.Broker.Settings;
using LightMq.Mqtt;

namespace LightMq.Unit.Broker;

/// <summary>Clients of a listener of the LMQ contract.</summary>
internal static class LmqClients
{
    public const string Group = "GID_unit";
    private const string Secret = "not a secret";

    public static readonly ListenerOptions Listener = new() { Name = "lmq", Dialect = Dialect.Lmq };

    public static readonly BrokerOptions Options = new()
    {
        AckHoldMilliseconds = 0,
        Lmq = new LmqRegistry([new AccessKey("key", Secret)], [Group, "GID_other"], ["t", "will"]),
    };

    public static string IdOf(string device) => $"{Group}@@@{device}";

    /// <summary>Connects a device and takes its CONNACK.</summary>
    public static Peer Join(
        this EngineHost host, string device, bool clean = false, int keepAlive = 60, string group = Group,
        string? will = null)
    {
        var peer = host.Open(Listener);
        var signature = HMACSHA1.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(group));
        peer.SendConnect($"{group}@@@{device}", clean, will, keepAlive, "key",
            Convert.ToBase64String(signature));
        host.Advance(host.Options.GroupMilliseconds);
        return peer;
    }

    /// <summary>A persistent client with one filter, that has taken its SUBACK.</summary>
    public static Peer JoinAndSubscribe(
        this EngineHost host, string device, string filter = "t/#", int qos = 1, bool clean = false)
    {
        var peer = host.Join(device, clean);
        peer.Subscribe(filter, qos);
        peer.Read();
        return peer;
    }

    /// <summary>Publishes numbered messages with QoS 1 to <c>t/n</c>.</summary>
    public static void PublishMany(
        this EngineHost host, Peer sensor, int first, int count, string topic = "t/n")
    {
        for (var i = first; i < first + count; i++)
        {
            sensor.Publish(topic, $"{i}", id: (ushort)((i - 1) % 60_000 + 1));
            if (i % 50 == 0) host.Advance(20);
        }
        host.Advance(20);
        sensor.Read();
    }

    /// <summary>Takes what waits and acknowledges it; gives the payloads of PUBLISH packets.</summary>
    public static List<string> Take(this Peer peer, bool acknowledges = true)
    {
        var payloads = new List<string>();
        foreach (var text in peer.Read())
        {
            var words = text.Split(' ');
            if (words[0] != "PUBLISH") continue;
            payloads.Add(words[3]);
            if (!acknowledges || words[4] == "q0") continue;
            peer.Ack(words[4] == "q1" ? PacketType.PubAck : PacketType.PubRec, int.Parse(words[1]));
        }
        return payloads;
    }

    public static void Pull(this Peer peer, string order, int count, int qos = 1, ushort id = 900) =>
        peer.Publish("$SYS/getOfflineMsg", $$"""{"pushOrder":"{{order}}","maxPushNum":{{count}}}""", qos, id);

    public static string[] Numbers(int first, int last) =>
        [.. Enumerable.Range(0, Math.Abs(last - first) + 1).Select(
            i => $"{(first <= last ? first + i : first - i)}")];
}
