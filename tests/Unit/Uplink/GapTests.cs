using LightMq.Uplink.Bridging;
using Xunit;

namespace LightMq.Unit.Uplink;

/// <summary>Numbers that never come are said never to come (LMQ-CORE-4).</summary>
public sealed class GapTests
{
    [Fact]
    public void A_number_that_the_local_broker_lost_is_declared_before_the_next()
    {
        var stage = new BridgeStage().ConnectLocal().ConnectCentral();
        stage.GiveNumbered(1, "c", 1).GiveNumbered(2, "d", 7).GiveNumbered(3, "c", 5);
        Assert.Equal("up:c1 up:d7 up:2-4:damaged up:c5", stage.Done());
        Assert.Equal("ack:1 ack:2", stage.Ack("c1").Ack("d7").Done());
        Assert.Equal("", stage.Ack("c5").Done());
        Assert.Equal("ack:3", stage.Ack("2-4:damaged").Done());
    }

    [Fact]
    public void The_first_number_of_a_run_may_be_any()
    {
        var stage = new BridgeStage().ConnectLocal().ConnectCentral();
        Assert.Equal("up:c40", stage.GiveNumbered(1, "c", 40).Done());
    }

    [Fact]
    public void What_is_given_again_is_no_gap()
    {
        var stage = new BridgeStage().ConnectLocal().ConnectCentral();
        stage.GiveNumbered(1, "c", 1).GiveNumbered(2, "c", 2).CloseLocal().ConnectLocal().Done();
        stage.GiveNumbered(1, "c", 1).GiveNumbered(2, "c", 2).GiveNumbered(3, "c", 3);
        Assert.Equal("up:c1 up:c2 up:c3", stage.Done());
    }

    [Fact]
    public void A_central_that_wants_what_is_held_gets_it()
    {
        var stage = new BridgeStage().ConnectLocal().ConnectCentral();
        stage.GiveNumbered(1, "c", 1).GiveNumbered(2, "c", 2).GiveNumbered(3, "c", 3).Done();
        Assert.Equal("connect:AtOnce", Hole(stage, 1).Done());
        Assert.Equal("up:c1* up:c2* up:c3*", stage.ConnectCentral().Done());
    }

    [Fact]
    public void A_central_that_wants_what_is_gone_is_told_so()
    {
        var stage = new BridgeStage().ConnectLocal().ConnectCentral();
        for (ushort i = 1; i <= 5; i++) stage.GiveNumbered(i, "c", i).Ack($"c{i}");
        stage.GiveNumbered(6, "c", 6).Done();
        // Its disk lost the last second.
        Assert.Equal("connect:AtOnce", Hole(stage, 4).Done());
        Assert.Equal("up:4-5:gone up:c6*", stage.ConnectCentral().Done());
        Assert.Equal("ack:6", stage.Ack("4-5:gone").Ack("c6").Done());
    }

    [Fact]
    public void A_hole_before_a_refused_message_is_declared_too()
    {
        var stage = new BridgeStage().ConnectLocal().ConnectCentral();
        for (ushort i = 1; i <= 5; i++) stage.GiveNumbered(i, "c", i).Ack($"c{i}");
        stage.GiveNumbered(6, "c", 6).CloseCentral(CloseKind.Refused, 0x99).ConnectCentral();
        stage.Tell(BridgeInput.Stored(stage.Tickets[0])).Done();
        Hole(stage, 4);
        Assert.Equal("connect:AtOnce", stage.Done());
        Assert.Equal("up:4-5:gone up:6-6:refused*", stage.ConnectCentral().Done());
        Assert.Equal("ack:6", stage.Ack("4-5:gone").Ack("6-6:refused").Done());
    }

    [Fact]
    public void The_wish_is_remembered_until_the_stream_goes_on()
    {
        var stage = new BridgeStage().ConnectLocal().ConnectCentral();
        for (ushort i = 1; i <= 5; i++) stage.GiveNumbered(i, "c", i);
        Hole(stage, 3);
        stage.CloseLocal().ConnectLocal().ConnectCentral().Done();
        Assert.Equal("up:3-3:gone up:c4", stage.GiveNumbered(1, "c", 4).Done());
    }

    [Fact]
    public void A_wish_that_changes_nothing_backs_off()
    {
        var stage = new BridgeStage().ConnectLocal().ConnectCentral();
        stage.GiveNumbered(1, "c", 6).Done();
        Assert.Equal("connect:AtOnce", Hole(stage, 4).Done());
        stage.ConnectCentral().Done();
        Assert.Equal("connect:BackOff", Hole(stage, 4).Done());
    }

    [Fact]
    public void A_gap_that_was_never_sent_is_found_again_when_the_message_comes_again()
    {
        var stage = new BridgeStage(new BridgeOptions { WindowMax = 1 }).ConnectLocal().ConnectCentral();
        stage.GiveNumbered(1, "c", 1).GiveNumbered(2, "c", 5).Done();
        stage.CloseLocal().ConnectLocal().Ack("c1").GiveNumbered(2, "c", 5);
        Assert.Equal("up:2-4:damaged", stage.Done());
    }

    [Fact]
    public void A_foreign_central_is_told_of_no_gaps()
    {
        var stage = new BridgeStage().ConnectLocal().ConnectCentral(new LinkTerms());
        Assert.Equal("up:c1 up:c5", stage.GiveNumbered(1, "c", 1).GiveNumbered(2, "c", 5).Done());
    }

    [Fact]
    public void A_new_epoch_is_a_new_stream()
    {
        var stage = new BridgeStage().ConnectLocal().ConnectCentral();
        stage.GiveNumbered(1, "c", 9).Done();
        var other = new BridgeMessage
        {
            Topic = "t",
            UserProperties =
            [
                new("lmq-client", "c"), new("lmq-epoch", "2-00000000000000000000000000000002"),
                new("lmq-seq", "3"),
            ],
        };
        Assert.Equal("up:", stage.Tell(BridgeInput.LocalPublish(1, 2, other)).Done());
    }

    [Fact]
    public void The_declaration_names_the_stream_and_the_range()
    {
        var gap = BridgeMessage.Gap("c", BridgeStage.Epoch, 3, 4, "gone");
        Assert.Equal("$SYS/bridge/gap", gap.Topic);
        Assert.Equal(
            [new("lmq-client", "c"), new("lmq-epoch", BridgeStage.Epoch), new("lmq-gap", "3-4:gone")],
            gap.UserProperties);
        Assert.True(gap.Payload.IsEmpty);
        Assert.Equal(1, gap.Qos);
    }

    private static BridgeStage Hole(BridgeStage stage, long wanted) => stage.Tell(
        BridgeInput.CentralClosed(
            stage.Central, new CloseCause(CloseKind.Hole, 0x82, "c", BridgeStage.Epoch, wanted)));
}
