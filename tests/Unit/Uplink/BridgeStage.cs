using System.Globalization;
using LightMq.Uplink.Bridging;
using Xunit;

namespace LightMq.Unit.Uplink;

/// <summary>A bridge between two brokers that a test plays; what the bridge does is written down.</summary>
internal sealed class BridgeStage(BridgeOptions? options = null) : IBridgeEffects
{
    public const string Epoch = "1-00000000000000000000000000000001";

    private readonly List<string> _done = [];
    private int _localGeneration, _centralGeneration;

    public Bridge Bridge { get; } = new(options ?? new BridgeOptions());

    public long Now { get; set; }

    /// <summary>What was published up: packet ids by payload, the latest.</summary>
    public Dictionary<string, ushort> Up { get; } = [];

    public Dictionary<string, ushort> Down { get; } = [];

    public List<long> Tickets { get; } = [];

    public List<BridgeEvent> Events { get; } = [];

    public int Central => _centralGeneration;

    public int Local => _localGeneration;

    /// <summary>What was done since the last look.</summary>
    public string Done()
    {
        var text = string.Join(' ', _done);
        _done.Clear();
        return text;
    }

    public BridgeStage ConnectLocal(LinkTerms? terms = null) =>
        Tell(BridgeInput.LocalConnected(++_localGeneration, terms ?? new LinkTerms()));

    public BridgeStage ConnectCentral(LinkTerms? terms = null) =>
        Tell(BridgeInput.CentralConnected(++_centralGeneration, terms ?? LightMq()));

    public BridgeStage CloseCentral(CloseKind kind, byte code = 0) =>
        Tell(BridgeInput.CentralClosed(_centralGeneration, new CloseCause(kind, code)));

    public BridgeStage CloseLocal() =>
        Tell(BridgeInput.LocalClosed(_localGeneration, CloseCause.Lost));

    public static LinkTerms LightMq(int receiveMax = 65_535) => new()
    {
        ReceiveMax = receiveMax,
        ClusterId = "c1",
        HasSession = true,
    };

    /// <summary>The local broker gives messages with these ids, which are also their payloads.</summary>
    public BridgeStage Give(params ushort[] ids)
    {
        foreach (var id in ids) Tell(BridgeInput.LocalPublish(_localGeneration, id, Message($"{id}")));
        return this;
    }

    /// <summary>A message of a client's stream.</summary>
    public BridgeStage GiveNumbered(ushort id, string client, long number, string? payload = null) =>
        Tell(BridgeInput.LocalPublish(_localGeneration, id, Numbered(client, number, payload)));

    public BridgeStage Ack(string payload, byte code = 0) =>
        Tell(BridgeInput.CentralAcked(_centralGeneration, Up[payload], code));

    public BridgeStage Tell(in BridgeInput input)
    {
        Bridge.Handle(input, Now, this);
        return this;
    }

    public static BridgeMessage Message(string payload, string topic = "t", byte qos = 1) => new()
    {
        Topic = topic,
        Qos = qos,
        Payload = System.Text.Encoding.UTF8.GetBytes(payload),
    };

    public static BridgeMessage Numbered(string client, long number, string? payload = null) => new()
    {
        Topic = "t",
        Payload = System.Text.Encoding.UTF8.GetBytes(payload ?? $"{client}{number}"),
        UserProperties =
        [
            new("lmq-client", client), new("lmq-epoch", Epoch),
            new("lmq-seq", number.ToString(CultureInfo.InvariantCulture)),
        ],
    };

    public static string Text(BridgeMessage message) => message.IsGap
        ? message.UserProperties[^1].Value
        : System.Text.Encoding.UTF8.GetString(message.Payload.Span);

    private static string Sent(ushort packetId, string topic, BridgeMessage message) =>
        (topic == "t" || message.IsGap ? "" : topic + "=") + Text(message) + (packetId == 0 ? "@0" : "");

    void IBridgeEffects.PublishUp(
        int generation, ushort packetId, string topic, BridgeMessage message, bool isDuplicate)
    {
        Assert.Equal(_centralGeneration, generation);
        if (packetId != 0) Up[Text(message)] = packetId;
        _done.Add($"up:{Sent(packetId, topic, message)}{(isDuplicate ? "*" : "")}");
    }

    void IBridgeEffects.AckLocal(int generation, ushort packetId, byte qos)
    {
        Assert.Equal(_localGeneration, generation);
        _done.Add($"ack:{packetId}{(qos == 2 ? "@2" : "")}");
    }

    void IBridgeEffects.PublishLocal(
        int generation, ushort packetId, string topic, BridgeMessage message, bool isDuplicate)
    {
        Assert.Equal(_localGeneration, generation);
        if (packetId != 0) Down[Text(message)] = packetId;
        _done.Add($"down:{Sent(packetId, topic, message)}{(isDuplicate ? "*" : "")}");
    }

    void IBridgeEffects.AckCentral(int generation, ushort packetId, byte qos)
    {
        Assert.Equal(_centralGeneration, generation);
        _done.Add($"ackdown:{packetId}");
    }

    void IBridgeEffects.CloseCentral(int generation)
    {
        Assert.Equal(_centralGeneration, generation);
        _done.Add("close");
    }

    void IBridgeEffects.CloseLocal(int generation)
    {
        Assert.Equal(_localGeneration, generation);
        _done.Add("closelocal");
    }

    void IBridgeEffects.ConnectCentral(Pace pace) => _done.Add($"connect:{pace}");

    void IBridgeEffects.StoreRefused(long ticket, BridgeMessage message, byte code)
    {
        Tickets.Add(ticket);
        _done.Add($"store:{Text(message)}:{code:x2}");
    }

    void IBridgeEffects.Replayed(long number) => _done.Add($"replayed:{number}");

    void IBridgeEffects.Report(in BridgeEvent happened) => Events.Add(happened);
}
