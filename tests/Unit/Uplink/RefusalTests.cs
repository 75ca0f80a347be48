using LightMq.Uplink.Bridging;
using Xunit;

namespace LightMq.Unit.Uplink;

/// <summary>One message that the central will never take does not stop a site.</summary>
public sealed class RefusalTests
{
    private const byte NotAuthorized = 0x87;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(9, 0)]
    [InlineData(9, 4)]
    [InlineData(9, 8)]
    [InlineData(1_000, 777)]
    public void The_culprit_is_found_by_halving(int count, int culprit)
    {
        var stage = Connected();
        for (var i = 0; i < count; i++) stage.GiveNumbered((ushort)(i + 1), "c", i + 1, $"m{i}");
        var closes = 0;
        while (stage.Tickets.Count == 0)
        {
            TakeUntil(stage, count, culprit);
            stage.Done();
            stage.CloseCentral(CloseKind.Refused, NotAuthorized);
            closes++;
            Assert.Contains("connect:AtOnce", stage.Done());
            if (stage.Tickets.Count == 0) stage.ConnectCentral();
        }
        Assert.InRange(closes, 1, Math.Log2(count) + 2);
        Assert.Equal($"m{culprit}", BridgeStage.Text(stage.Events[^1].Message!));
        stage.ConnectCentral();
        Assert.DoesNotContain("up:", stage.Done());
        stage.Tell(BridgeInput.Stored(stage.Tickets[0]));
        Assert.StartsWith($"up:{culprit + 1}-{culprit + 1}:refused", stage.Done());
        stage.Ack($"{culprit + 1}-{culprit + 1}:refused");
        Assert.StartsWith($"ack:{culprit + 1}", LastAck(stage.Done()));
    }

    [Fact]
    public void After_the_suspicious_ones_the_window_is_whole_again()
    {
        var stage = Connected();
        stage.Give(1, 2, 3, 4, 5, 6, 7, 8);
        stage.CloseCentral(CloseKind.Refused, 0x90).ConnectCentral();
        Assert.Equal(4, stage.Bridge.InFlight);
        for (var i = 1; i <= 8; i++) stage.Ack($"{i}");
        stage.Give(9, 10, 11, 12, 13, 14, 15, 16);
        Assert.Equal(8, stage.Bridge.InFlight);
    }

    [Fact]
    public void A_close_that_accuses_no_message_convicts_none()
    {
        var stage = Connected();
        stage.Give(1).Done();
        foreach (var kind in (CloseKind[])[CloseKind.Lost, CloseKind.ByPeer, CloseKind.Lost])
        {
            Assert.Equal("connect:BackOff", stage.CloseCentral(kind, 0x8B).Done());
            stage.ConnectCentral().Done();
        }
        Assert.Empty(stage.Tickets);
    }

    [Fact]
    public void A_refusal_with_nothing_under_way_backs_off()
    {
        var stage = Connected();
        Assert.Equal("connect:BackOff", stage.CloseCentral(CloseKind.Refused, NotAuthorized).Done());
        Assert.Empty(stage.Tickets);
    }

    [Fact]
    public void Qos_0_beside_it_saves_a_message_from_being_convicted()
    {
        var stage = Connected();
        stage.Give(1);
        stage.Tell(BridgeInput.LocalPublish(1, 0, BridgeStage.Message("zero", qos: 0)));
        stage.CloseCentral(CloseKind.Refused, NotAuthorized);
        Assert.Empty(stage.Tickets);
        stage.Done();
        Assert.Equal("up:1*", stage.ConnectCentral().Done());
        Assert.Equal("ack:1", stage.Ack("1").Done());
    }

    [Fact]
    public void An_older_peer_must_close_five_times_at_the_same_message_alone()
    {
        var older = new LinkTerms { IsFive = false };
        var stage = new BridgeStage().ConnectLocal().ConnectCentral(older);
        stage.Give(1, 2, 3, 4).Ack("1").Done();
        // 3 under way after progress: no evidence. Then halved to one: five more.
        for (var i = 0; i < 7; i++)
        {
            Assert.Empty(stage.Tickets);
            stage.CloseCentral(CloseKind.ByPeer).ConnectCentral(older);
        }
        Assert.Single(stage.Tickets);
        stage.Done();
        // Nothing is declared where nobody understands it.
        stage.Tell(BridgeInput.Stored(stage.Tickets[0]));
        Assert.Equal("up:3 up:4 ack:2", stage.Done());
    }

    [Fact]
    public void An_acknowledgement_between_starts_the_count_anew()
    {
        var older = new LinkTerms { IsFive = false };
        var stage = new BridgeStage().ConnectLocal().ConnectCentral(older);
        stage.Give(1);
        for (var round = 0; round < 4; round++)
            stage.CloseCentral(CloseKind.ByPeer).ConnectCentral(older);
        stage.Ack("1").Give(2);
        for (var round = 0; round < 4; round++)
            stage.CloseCentral(CloseKind.ByPeer).ConnectCentral(older);
        Assert.Empty(stage.Tickets);
    }

    [Fact]
    public void Lost_links_never_convict_with_an_older_peer()
    {
        var older = new LinkTerms { IsFive = false };
        var stage = new BridgeStage().ConnectLocal().ConnectCentral(older);
        stage.Give(1);
        for (var i = 0; i < 20; i++) stage.CloseCentral(CloseKind.Lost).ConnectCentral(older);
        Assert.Empty(stage.Tickets);
    }

    [Fact]
    public void A_negative_acknowledgement_of_a_foreign_central_refuses_that_message_alone()
    {
        var stage = new BridgeStage().ConnectLocal().ConnectCentral(new LinkTerms());
        stage.Give(1, 2, 3).Done();
        Assert.Equal("store:2:99", stage.Ack("2", 0x99).Done());
        Assert.Equal("ack:1", stage.Ack("1").Done());
        Assert.Equal("", stage.Ack("3").Done());
        Assert.Equal("ack:2 ack:3", stage.Tell(BridgeInput.Stored(stage.Tickets[0])).Done());
    }

    [Fact]
    public void A_negative_acknowledgement_of_a_numbered_message_is_followed_by_its_gap()
    {
        var stage = Connected();
        stage.GiveNumbered(1, "c", 1).GiveNumbered(2, "c", 2).GiveNumbered(3, "c", 3).Done();
        Assert.Equal("store:c2:90 close connect:AtOnce", stage.Ack("c2", 0x90).Done());
        Assert.Equal("up:c1*", stage.ConnectCentral().Done());
        Assert.Equal("up:2-2:refused up:c3*", stage.Tell(BridgeInput.Stored(stage.Tickets[0])).Done());
        stage.Ack("c1").Ack("2-2:refused").Ack("c3");
        Assert.Equal("ack:1 ack:2 ack:3", stage.Done());
    }

    [Fact]
    public void What_is_too_large_or_too_long_for_the_central_is_never_sent()
    {
        var terms = BridgeStage.LightMq() with { PacketBytesMax = 1_000 };
        var options = new BridgeOptions { Up = new TopicMap([new("", new string('p', 60))]) };
        var stage = new BridgeStage(options).ConnectLocal().ConnectCentral(terms);
        stage.Tell(BridgeInput.LocalPublish(1, 1, BridgeStage.Message(new string('x', 1_000))));
        stage.Tell(BridgeInput.LocalPublish(1, 2, BridgeStage.Message("short", "t4567")));
        Assert.Equal($"store:{new string('x', 1_000)}:95", stage.Done());
        stage.Tell(BridgeInput.Stored(1));
        Assert.Equal("store:short:90 ack:1", stage.Done());
        stage.Tell(BridgeInput.Stored(2));
        Assert.Equal("ack:2", stage.Done());
    }

    [Fact]
    public void Nothing_passes_a_message_that_is_not_stored_yet()
    {
        var stage = Connected();
        stage.Give(1, 2).CloseCentral(CloseKind.Refused, NotAuthorized);
        stage.ConnectCentral().CloseCentral(CloseKind.Refused, NotAuthorized).ConnectCentral().Done();
        Assert.Single(stage.Tickets);
        Assert.True(stage.Bridge.WaitsForStore);
        Assert.Equal("", stage.Give(3).Tell(BridgeInput.Tick()).Done());
        Assert.Equal("up:2* up:3 ack:1", stage.Tell(BridgeInput.Stored(stage.Tickets[0])).Done());
    }

    [Fact]
    public void A_message_held_when_the_local_broker_goes_is_given_and_refused_again()
    {
        var stage = Connected();
        stage.Give(1).CloseCentral(CloseKind.Refused, NotAuthorized).ConnectCentral();
        stage.CloseLocal().ConnectLocal().Done();
        stage.Tell(BridgeInput.Stored(1));
        Assert.Equal("", stage.Done());
        Assert.Equal("up:1", stage.Give(1).Done());
    }

    private static void TakeUntil(BridgeStage stage, int count, int culprit)
    {
        for (var i = 0; i < culprit; i++)
            if (stage.Up.Remove($"m{i}", out var id))
                stage.Tell(BridgeInput.CentralAcked(stage.Central, id, 0));
        Assert.InRange(stage.Bridge.InFlight, 1, count);
    }

    private static string LastAck(string done) =>
        done[(done.LastIndexOf("ack:", StringComparison.Ordinal))..];

    private static BridgeStage Connected() => new BridgeStage().ConnectLocal().ConnectCentral();
}
