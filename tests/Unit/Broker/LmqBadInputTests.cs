using LightMq.Broker;
using LightMq.Broker.Connections;
using LightMq.Lmq;
using Xunit;

namespace LightMq.Unit.Broker;

/// <summary>
/// What an LMQ client can do wrong: answer or closure as the rule says (the transcripts have every byte), one
/// counter, one line for the log without what was secret, and nobody else notices.
/// </summary>
public sealed class LmqBadInputTests
{
    private const string Sender = "GID_AAA@@@bad";
    private const string Forged = "forged-token-text";

    private sealed record Mistake(
        string Name, bool Closes, Func<Counters, long> Counted, Action<EngineHost, Peer> Make)
    {
        public bool ByToken { get; init; }
        public string ClientId { get; init; } = Sender;
    }

    private static readonly Mistake[] _mistakes =
    [
        new("client id of 65 characters", true, Refusals(RefusalCause.ClientId), Nothing)
        {
            ClientId = "GID_AAA@@@" + new string('x', 55),
        },
        new("client id with a control character", true, Refusals(RefusalCause.ClientId), Nothing)
        {
            ClientId = "GID_AAA@@@a\u0007b",
        },
        new("client id without separator", true, Refusals(RefusalCause.ClientId), Nothing)
        {
            ClientId = "GID_AAA@@",
        },
        new("client id with three separators", true, Refusals(RefusalCause.ClientId), Nothing)
        {
            ClientId = "GID_AAA@@@a@@@b@@@c",
        },
        new("topic of 65 characters, QoS 0", true, Refusals(RefusalCause.TopicLength),
            static (_, peer) => peer.Publish("parent/" + new string('x', 58), "x", 0)),
        new("topic of 65 characters, QoS 1", true, Refusals(RefusalCause.TopicLength),
            static (_, peer) => peer.Publish("parent/" + new string('x', 58), "x")),
        new("filter of 65 characters", false, Refusals(RefusalCause.TopicLength),
            static (_, peer) => peer.Subscribe("parent/" + new string('x', 58))),
        new("topic with a control character", true,
            static counters => counters.Closed(CloseReason.ProtocolError),
            static (_, peer) => peer.Publish("parent/\u0000", "x")),
        new("forged token", true, Refusals(RefusalCause.TokenForged),
            static (_, peer) => peer.Upload(Forged, "RW")) { ByToken = true },
        new("expired token", true, Refusals(RefusalCause.TokenExpired),
            static (_, peer) => peer.Upload("RW until 1600000000000", "RW")) { ByToken = true },
        new("token that is not valid yet", true, Refusals(RefusalCause.TokenExpired),
            static (_, peer) => peer.Upload("RW from 1800000000000", "RW")) { ByToken = true },
        new("revoked token", true, Refusals(RefusalCause.TokenRevoked),
            static (host, peer) =>
            {
                host.Handle(Input.Revoked(new HashSet<string> { "RW" }));
                peer.Upload("RW", "RW");
            }) { ByToken = true },
        new("token of another type", true, Refusals(RefusalCause.TokenType),
            static (_, peer) => peer.Upload("R", "W")) { ByToken = true },
        new("upload at QoS 0", true, Refusals(RefusalCause.UploadMalformed),
            static (_, peer) => peer.Publish("$SYS/uploadToken", """{"token":"RW","type":"RW"}""", 0))
        { ByToken = true },
        new("upload with wrong types", true, Refusals(RefusalCause.UploadMalformed),
            static (_, peer) => peer.Publish("$SYS/uploadToken", """{"token":["RW"],"type":1}"""))
        { ByToken = true },
        new("upload of 1 MB", true, static counters => counters.Closed(CloseReason.PacketTooLarge),
            static (_, peer) => peer.Send(0x32, 0x80, 0x80, 0x40)) { ByToken = true },
        new("upload of the longest packet", true, Refusals(RefusalCause.UploadMalformed),
            static (_, peer) => peer.Publish("$SYS/uploadToken",
                $$"""{"token":"{{new string('x', 100_000)}}","type":"RW"}""")) { ByToken = true },
        .. ((string[])["0", "-1", "\"ten\"", "1.5", "null"]).Select(static number =>
            new Mistake($"pull of {number}", false, static counters => counters.PullsUnreadable,
                (_, peer) => peer.Publish(
                    "$SYS/getOfflineMsg", $$"""{"pushOrder":"ASC","maxPushNum":{{number}}}"""))),
        new("a flood of pulls", false, static counters => counters.PullsExcess, static (_, peer) =>
        {
            for (ushort id = 1; id <= 300; id++)
                peer.Publish("$SYS/getOfflineMsg", """{"pushOrder":"ASC","maxPushNum":31}""", 1, id);
        }),
        new("ordered sending asked for twice", false, static counters => counters.OrderRequestsIgnored,
            static (_, peer) =>
            {
                peer.Publish("$SYS/enableOrderMsg", """{"order":"true"}""");
                peer.Publish("$SYS/enableOrderMsg", """{"order":"true"}""", 1, 2);
            }),
        new("P2P to an id that is none", true, Refusals(RefusalCause.NotGranted),
            static (_, peer) => peer.Publish("parent/p2p/GID_AAA@@@a/b", "x")),
        new("P2P to an unregistered group", true, Refusals(RefusalCause.NotGranted),
            static (_, peer) => peer.Publish("parent/p2p/GID_ZZZ@@@a", "x")),
    ];

    public static TheoryData<string> Names => [.. _mistakes.Select(static mistake => mistake.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_mistake_is_answered_counted_and_told_once_without_a_secret(string name)
    {
        var mistake = _mistakes.Single(one => one.Name == name);
        var host = LmqHost.Make();
        var bystander = host.SignIn("GID_AAA@@@good");
        bystander.Subscribe("parent/#");
        bystander.Read();
        var counted = mistake.Counted(host.Engine.Counters);
        var peer = mistake.ByToken
            ? host.ComeWithToken(mistake.ClientId) : host.SignIn(mistake.ClientId);
        mistake.Make(host, peer);
        host.Advance(100);
        Assert.Equal(mistake.Closes, peer.IsClosed);
        Assert.True(mistake.Counted(host.Engine.Counters) > counted, "it is not counted");
        var told = Assert.Single(host.Events, static happened => happened.Kind is BrokerEventKind.Refused
            or BrokerEventKind.ConnectRefused or BrokerEventKind.ClientExpelled);
        Assert.NotEmpty(told.Detail);
        string[] secrets =
            [Forged, LmqHost.Secret, Signature.Login(LmqHost.Secret, "GID_AAA"), "xxxxxxxxxxx\""];
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, told.Detail));
        bystander.Publish("parent/x", "still here");
        host.Advance(100);
        var read = bystander.Read();
        Assert.Equal(2, read.Count);
        Assert.Contains("PUBACK 1", read);
        Assert.Contains(read, static text => text.EndsWith("parent/x still here q1"));
    }

    [Fact]
    public void At_the_limits_of_64_characters_a_client_is_served()
    {
        var host = LmqHost.Make();
        var peer = host.SignIn("GID_AAA@@@" + new string('x', 54));
        var topic = "parent/" + new string('x', 57);
        peer.Subscribe(topic);
        peer.Publish(topic, "y");
        host.Advance(100);
        var read = peer.Read();
        Assert.Equal(["CONNACK 0", "SUBACK 1"], read.Take(2));
        Assert.Contains("PUBACK 1", read);
        Assert.Contains(read, text => text.EndsWith($"{topic} y q1"));
    }

    private static Func<Counters, long> Refusals(RefusalCause cause) => counters => counters.Refused(cause);

    private static void Nothing(EngineHost host, Peer peer) { }
}
