using LightMq.Broker;
using LightMq.Broker.Connections;
using LightMq.Mqtt;
using Xunit;

namespace LightMq.Unit.Broker;

/// <summary>Login by tokens, as far as time, clock and bounds matter (LMQ-AUTH-2, LMQ-TOK-6 to 9).</summary>
public sealed class TokenLoginTests
{
    // What the host's clock shows at first.
    private const long Start = 1_700_000_001_000;

    private static Peer LogIn(EngineHost host, string clientId, string token = "RW", string type = "RW")
    {
        var peer = host.ComeWithToken(clientId);
        peer.Upload(token, type);
        Assert.Equal(["CONNACK 0", "PUBACK 1"], peer.Read().Take(2));
        return peer;
    }

    [Fact]
    public void A_revoked_token_ends_its_connection_at_once_and_no_other()
    {
        var host = LmqHost.Make();
        var one = LogIn(host, "GID_AAA@@@1", "RW until 1700009999999");
        var two = LogIn(host, "GID_AAA@@@2");
        host.Handle(Input.Revoked(new HashSet<string> { "RW until 1700009999999", "unknown" }));
        Assert.Equal(["PUBLISH 0 $SYS/tokenInvalidNotice {\"code\":3,\"type\":\"RW\"} q0"], one.Read());
        Assert.True(one.IsClosed);
        Assert.False(two.IsClosed);
        Assert.Equal(1, host.Engine.Counters.Refused(RefusalCause.TokenRevoked));
        var again = host.ComeWithToken("GID_AAA@@@1");
        again.Upload("RW until 1700009999999", "RW");
        Assert.True(again.IsClosed);
    }

    [Fact]
    public void A_token_revoked_while_it_is_verified_is_refused()
    {
        var host = LmqHost.Make();
        host.AnswersTokens = false;
        var peer = host.ComeWithToken("GID_AAA@@@1");
        peer.Upload("RW", "RW");
        host.Handle(Input.Revoked(new HashSet<string> { "RW" }));
        host.AnswerTokens();
        Assert.True(peer.IsClosed);
    }

    [Fact]
    public void An_answer_that_comes_too_late_does_nothing()
    {
        var host = LmqHost.Make();
        host.AnswersTokens = false;
        var peer = host.ComeWithToken("GID_AAA@@@1");
        peer.Upload("RW", "RW");
        peer.Gone();
        host.AnswerTokens();
        Assert.Equal(0, host.Engine.SessionCount);
        Assert.Equal(0, host.Engine.ConnectionCount);
    }

    [Fact]
    public void While_a_token_is_verified_the_time_to_upload_one_does_not_run_out()
    {
        var host = LmqHost.Make();
        host.AnswersTokens = false;
        var peer = host.ComeWithToken("GID_AAA@@@1");
        peer.Upload("RW", "RW");
        Assert.Equal(["CONNACK 0"], peer.Read());
        host.Advance(40_000);
        host.AnswerTokens();
        Assert.Equal(["PUBACK 1"], peer.Read());
        host.AnswersTokens = true;
        var late = host.ComeWithToken("GID_AAA@@@2");
        host.Advance(32_000);
        Assert.True(late.IsClosed);
        Assert.Equal(1, host.Engine.Counters.Closed(CloseReason.TokenTimeout));
        Assert.Equal(1, host.Engine.Counters.Refused(RefusalCause.TokenLate));
    }

    [Fact]
    public void Behind_a_token_that_is_verified_reading_stops_at_a_bound_and_goes_on()
    {
        var host = LmqHost.Make();
        host.AnswersTokens = false;
        var peer = host.ComeWithToken("GID_AAA@@@1");
        peer.Upload("RW", "RW");
        var payload = new string('x', 60_000);
        for (ushort id = 2; id < 8; id++) peer.Publish("parent/x", payload, 1, id);
        Assert.False(host.Reading[peer.Connection]);
        host.AnswerTokens();
        Assert.True(host.Reading[peer.Connection]);
        Assert.Equal(
            ["CONNACK 0", "PUBACK 1", "PUBACK 2", "PUBACK 3", "PUBACK 4", "PUBACK 5", "PUBACK 6", "PUBACK 7"],
            peer.Read());
    }

    [Fact]
    public void A_token_is_taken_before_publishes_that_wait_for_room_and_answered_behind_them()
    {
        var host = LmqHost.Make(LmqHost.Options with { QueueMessagesMax = 3 });
        var peer = host.ComeWithToken("GID_AAA@@@1", clean: false);
        peer.Upload("RW", "RW");
        peer.Subscribe("parent/x");
        peer.Disconnect();
        var sensor = host.SignIn("GID_AAA@@@2");
        for (ushort id = 1; id <= 3; id++) sensor.Publish("parent/x", $"{id}", 1, id);
        host.Advance(20);
        peer = host.ComeWithToken("GID_AAA@@@1", clean: false);
        peer.Upload("W", "W");
        host.Advance(3_100);
        peer.Publish("parent/x", "4", 1, id: 2);
        Assert.Equal(["CONNACK 0 present", "PUBACK 1"], peer.Read());
        peer.Upload("R", "R", id: 3);
        Assert.Equal(["1", "2", "3"], peer.Take());
        host.Advance(20);
        Assert.Equal(["PUBACK 2", "PUBACK 3"], peer.Read().Where(text => text.StartsWith("PUBACK")));
    }

    [Fact]
    public void With_an_untrusted_clock_a_token_is_admitted_and_judged_again_when_it_is_trusted()
    {
        var host = LmqHost.Make();
        host.IsClockTrusted = false;
        var early = LogIn(host, "GID_AAA@@@1", $"RW from {Start + 600_000}");
        var good = LogIn(host, "GID_AAA@@@2");
        var expired = host.ComeWithToken("GID_AAA@@@3");
        expired.Upload($"RW until {Start - 1}", "RW");
        Assert.True(expired.IsClosed);
        host.Advance(5_000);
        Assert.False(early.IsClosed);
        host.IsClockTrusted = true;
        host.Advance(2_000);
        Assert.True(early.IsClosed);
        Assert.False(good.IsClosed);
        Assert.Equal(2, host.Engine.Counters.Refused(RefusalCause.TokenExpired));
    }

    [Fact]
    public void After_a_power_cut_a_clock_that_starts_behind_is_not_believed_to_be()
    {
        var host = LmqHost.Make();
        host.Connect("keeps the loop awake", keepAlive: 0);
        host.Advance(3_600_000);
        host.Handle(Input.Tick());
        host.Advance(20_000);
        (host.IsClockTrusted, host.ClockBehind) = (false, 1_000_000_000);
        for (var life = 0; life < 2; life++)
        {
            host = host.Crash();
            var expired = host.ComeWithToken("GID_AAA@@@1");
            expired.Upload($"RW until {Start + 3_600_000}", "RW");
            Assert.True(expired.IsClosed);
            var good = LogIn(host, "GID_AAA@@@2", $"RW from {Start + 7_200_000} until {Start + 3_660_000}");
            Assert.False(good.IsClosed);
            host.Advance(10_000);
        }
    }

    [Fact]
    public void A_clock_behind_the_release_is_not_believed_either()
    {
        var host = LmqHost.Make(LmqHost.Options with { EarliestUnixMilliseconds = Start });
        (host.IsClockTrusted, host.ClockBehind) = (false, 1_000_000_000);
        var expired = host.ComeWithToken("GID_AAA@@@1");
        expired.Upload($"RW until {Start - 1_000}", "RW");
        Assert.True(expired.IsClosed);
        Assert.False(LogIn(host, "GID_AAA@@@2", $"RW until {Start + 60_000}").IsClosed);
    }

    [Fact]
    public void A_token_ends_within_a_second_of_its_expiry()
    {
        var host = LmqHost.Make();
        var peer = LogIn(host, "GID_AAA@@@1", $"W until {Start + 400_500}", "W");
        host.Advance(120_000);
        Assert.Single(peer.Read());
        host.Advance(279_000);
        Assert.False(peer.IsClosed);
        Assert.Empty(peer.Read());
        host.Advance(3_000);
        Assert.True(peer.IsClosed);
    }

    [Fact]
    public void Who_has_no_token_wipes_no_session_and_its_own_session_counts_only_with_one()
    {
        var host = LmqHost.Make();
        var owner = host.SignIn("GID_AAA@@@1", clean: false);
        owner.Subscribe("parent/x");
        owner.Disconnect();
        var stranger = host.ComeWithToken("GID_AAA@@@1", clean: true);
        stranger.Upload("forged", "RW");
        Assert.True(stranger.IsClosed);
        Assert.Equal(1, host.Engine.SessionCount);
        Assert.Equal(["CONNACK 0 present"], host.SignIn("GID_AAA@@@1", clean: false).Read());
    }

    [Fact]
    public void A_session_that_goes_while_its_client_has_no_token_ends_that_connection()
    {
        var host = LmqHost.Make();
        host.SignIn("GID_AAA@@@1", clean: false).Disconnect();
        var waiting = host.ComeWithToken("GID_AAA@@@1", clean: false);
        Assert.Equal(["CONNACK 0 present"], waiting.Read());
        host.SignIn("GID_AAA@@@1", clean: true).Disconnect();
        waiting.Upload("RW", "RW");
        Assert.True(waiting.IsClosed);
        Assert.Empty(waiting.Read());
    }

    [Fact]
    public void Waiting_clients_make_room_for_those_that_log_in()
    {
        var host = LmqHost.Make(LmqHost.Options with { ConnectionsMax = 10 });
        var waiting = Enumerable.Range(0, 10 + 64)
            .Select(i => host.ComeWithToken($"GID_AAA@@@{i}")).ToArray();
        Assert.DoesNotContain(waiting, peer => peer.IsClosed);
        Assert.Equal(["CONNACK 0"], host.SignIn("GID_AAA@@@signed").Read());
        Assert.True(waiting[0].IsClosed);
    }

    [Fact]
    public void CONNECT_packets_that_wait_for_a_token_are_bounded_in_bytes()
    {
        var host = LmqHost.Make(LmqHost.Options with { MemoryBytesMax = 1 << 20, ConnectionsMax = 100 });
        var answers = new List<string>();
        for (var i = 0; i < 10; i++)
        {
            var peer = host.Open(LmqHost.Listener);
            var fields = new ConnectFields
            {
                ClientId = System.Text.Encoding.ASCII.GetBytes($"GID_AAA@@@{i}"), CleanSession = true,
                WillTopic = "parent/x"u8, WillPayload = new byte[60_000],
            };
            var packet = new byte[61_000];
            host.Handle(Input.Received(
                peer.Connection, packet.AsSpan(0, PacketWriter.Connect(packet, fields))));
            answers.AddRange(peer.Read());
        }
        Assert.Equal([.. Enumerable.Repeat("CONNACK 0", 4), .. Enumerable.Repeat("CONNACK 3", 6)], answers);
    }

    [Fact]
    public void Events_never_show_a_token()
    {
        var host = LmqHost.Make();
        host.ComeWithToken("GID_AAA@@@1").Upload("a-forged-token", "RW");
        host.ComeWithToken("GID_AAA@@@1").Upload("RW until 17", "RW");
        host.ComeWithToken("GID_AAA@@@1").Upload("R", "W");
        host.ComeWithToken("GID_AAA@@@1").Publish("$SYS/uploadToken", "a-forged-token");
        Assert.Equal(4, host.Events.Count(told => told.Kind == BrokerEventKind.Refused));
        Assert.DoesNotContain(host.Events,
            told => told.Detail.Contains("a-forged") || told.Detail.Contains("until"));
        foreach (var cause in (RefusalCause[])
            [RefusalCause.TokenForged, RefusalCause.TokenExpired, RefusalCause.TokenType,
                RefusalCause.UploadMalformed])
            Assert.Equal(1, host.Engine.Counters.Refused(cause));
    }
}
