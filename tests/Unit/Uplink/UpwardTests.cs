using LightMq.Uplink.Bridging;
using Xunit;

namespace LightMq.Unit.Uplink;

/// <summary>From the local broker to the central: window, order, the chain of acknowledgements.</summary>
public sealed class UpwardTests
{
    [Fact]
    public void What_is_given_goes_up_and_is_acknowledged_once_the_central_has_it()
    {
        var stage = Connected();
        Assert.Equal("up:1 up:2", stage.Give(1, 2).Done());
        Assert.Equal("ack:1", stage.Ack("1").Done());
        Assert.Equal("ack:2", stage.Ack("2").Done());
        Assert.Equal(0, stage.Bridge.Pending);
    }

    [Fact]
    public void The_local_broker_is_told_in_order_whatever_order_the_central_has()
    {
        var stage = Connected();
        stage.Give(7, 8, 9).Done();
        Assert.Equal("", stage.Ack("9").Done());
        Assert.Equal("", stage.Ack("8").Done());
        Assert.Equal("ack:7 ack:8 ack:9", stage.Ack("7").Done());
    }

    [Theory]
    [InlineData(2, 100, 2)]
    [InlineData(100, 4, 3)] // one of them is left for the host's own publishes
    [InlineData(100, 1, 1)]
    public void No_more_is_under_way_than_either_side_wants(int ours, int peers, int window)
    {
        var stage = new BridgeStage(new BridgeOptions { WindowMax = ours })
            .ConnectLocal().ConnectCentral(BridgeStage.LightMq(peers));
        stage.Give(1, 2, 3, 4, 5);
        Assert.Equal(window, stage.Bridge.InFlight);
        stage.Done();
        Assert.Equal($"ack:1 up:{window + 1}", stage.Ack("1").Done());
    }

    [Fact]
    public void The_window_is_bounded_in_bytes_but_one_message_always_goes()
    {
        var options = new BridgeOptions { WindowBytesMax = 600 };
        var stage = new BridgeStage(options).ConnectLocal().ConnectCentral();
        Assert.Equal("up:1 up:2", stage.Give(1, 2, 3).Done());
        stage.Ack("1").Ack("2").Ack("3").Done();
        stage.Tell(BridgeInput.LocalPublish(1, 4, BridgeStage.Message(new string('x', 5_000))));
        Assert.Equal(1, stage.Bridge.InFlight);
    }

    [Fact]
    public void After_a_lost_link_everything_not_acknowledged_goes_up_again_in_order_and_before_the_rest()
    {
        var stage = Connected();
        stage.Give(1, 2, 3).Ack("1").Done();
        stage.CloseCentral(CloseKind.Lost);
        stage.Give(4);
        Assert.Equal("connect:BackOff", stage.Done());
        var id = stage.Up["2"];
        Assert.Equal("up:2* up:3* up:4", stage.ConnectCentral().Done());
        Assert.Equal(id, stage.Up["2"]);
        Assert.Equal("ack:2", stage.Ack("2").Done());
    }

    [Fact]
    public void Where_the_central_forgot_the_session_nothing_is_marked_as_sent_before()
    {
        var stage = Connected();
        stage.Give(1).CloseCentral(CloseKind.Lost).Done();
        Assert.Equal("up:1", stage.ConnectCentral(new LinkTerms()).Done());
    }

    [Fact]
    public void What_the_central_acknowledged_is_not_sent_again_though_older_ones_are()
    {
        var stage = Connected();
        stage.Give(1, 2, 3).Ack("2").CloseCentral(CloseKind.Lost).Done();
        Assert.Equal("up:1* up:3*", stage.ConnectCentral().Done());
        Assert.Equal("ack:1 ack:2", stage.Ack("1").Done());
    }

    [Fact]
    public void An_acknowledgement_of_a_former_connection_is_ignored()
    {
        var stage = Connected();
        stage.Give(1).CloseCentral(CloseKind.Lost).ConnectCentral().Done();
        stage.Tell(BridgeInput.CentralAcked(1, stage.Up["1"], 0));
        Assert.Equal("", stage.Done());
        Assert.Equal(1, stage.Bridge.InFlight);
    }

    [Fact]
    public void Packet_ids_of_a_former_local_connection_are_never_acknowledged()
    {
        var stage = Connected();
        stage.Give(1, 2).CloseLocal().ConnectLocal().Done();
        Assert.Equal("", stage.Ack("1").Ack("2").Done());
        // The broker gives them again: the same ids, other packets.
        Assert.Equal("up:2 up:1", stage.Give(2, 1).Done());
        Assert.Equal("ack:2", stage.Ack("2").Done());
        Assert.Equal("ack:1", stage.Ack("1").Done());
    }

    [Fact]
    public void What_waits_is_forgotten_with_the_local_connection()
    {
        var stage = new BridgeStage().ConnectLocal();
        stage.Give(1, 2).CloseLocal().ConnectLocal().ConnectCentral();
        Assert.Equal("", stage.Done());
        Assert.Equal(0, stage.Bridge.Pending);
    }

    [Fact]
    public void Exactly_once_goes_up_as_at_least_once()
    {
        var stage = Connected();
        stage.Tell(BridgeInput.LocalPublish(1, 5, BridgeStage.Message("five", qos: 2)));
        Assert.Equal("up:five", stage.Done());
        Assert.Equal("ack:5@2", stage.Ack("five").Done());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_not_under_way_cannot_be_acknowledged(bool twice)
    {
        var stage = Connected();
        stage.Give(1, 2);
        if (twice) stage.Ack("2");
        stage.Done();
        stage.Tell(BridgeInput.CentralAcked(1, twice ? stage.Up["2"] : (ushort)999, 0));
        Assert.Equal("close connect:BackOff", stage.Done());
        Assert.Equal(BridgeEventKind.WrongAcknowledgement, stage.Events.Single().Kind);
        Assert.Equal(twice ? "up:1*" : "up:1* up:2*", stage.ConnectCentral().Done());
    }

    [Fact]
    public void A_central_that_acknowledges_nothing_is_left()
    {
        var stage = Connected();
        stage.Give(1).Done();
        stage.Now = 30_000;
        Assert.Equal("", stage.Tell(BridgeInput.Tick()).Done());
        stage.Now = 30_001;
        Assert.Equal("close connect:BackOff", stage.Tell(BridgeInput.Tick()).Done());
        Assert.Equal(BridgeEventKind.Stalled, stage.Events.Single().Kind);
        stage.ConnectCentral();
        stage.Now = 60_001;
        Assert.Equal("up:1*", stage.Tell(BridgeInput.Tick()).Done());
    }

    [Theory]
    [InlineData(0x97)]
    [InlineData(0x80)]
    [InlineData(0x83)]
    public void A_refusal_for_now_makes_the_link_anew_and_resends(byte code)
    {
        var stage = Connected();
        stage.Give(1, 2).Done();
        Assert.Equal("close connect:BackOff", stage.Ack("1", code).Done());
        Assert.Equal("up:1* up:2*", stage.ConnectCentral().Done());
    }

    [Fact]
    public void No_subscriber_there_is_no_refusal()
    {
        var stage = Connected();
        Assert.Equal("up:1 ack:1", stage.Give(1).Ack("1", 0x10).Done());
    }

    [Fact]
    public void A_superseded_installation_waits_long()
    {
        var stage = Connected();
        stage.Give(1).Done();
        Assert.Equal("connect:Long", stage.CloseCentral(CloseKind.Superseded, 0x87).Done());
    }

    [Fact]
    public void Qos_0_keeps_its_place()
    {
        var stage = new BridgeStage(new BridgeOptions { WindowMax = 1 }).ConnectLocal().ConnectCentral();
        stage.Give(1, 2);
        stage.Tell(BridgeInput.LocalPublish(1, 0, BridgeStage.Message("zero", qos: 0)));
        stage.Give(3);
        Assert.Equal("up:1", stage.Done());
        Assert.Equal("ack:1 up:2 up:zero@0", stage.Ack("1").Done());
        Assert.Equal("ack:2 up:3", stage.Ack("2").Done());
        stage.CloseCentral(CloseKind.Lost).Done();
        Assert.Equal("up:3*", stage.ConnectCentral().Done());
    }

    [Fact]
    public void Qos_0_is_shed_beyond_its_bytes_and_nothing_else_is()
    {
        var stage = new BridgeStage(new BridgeOptions { Qos0BytesMax = 600 }).ConnectLocal();
        for (var i = 0; i < 4; i++)
        {
            stage.Tell(BridgeInput.LocalPublish(1, 0, BridgeStage.Message($"z{i}", qos: 0)));
            stage.Give((ushort)(i + 1));
        }
        Assert.Equal("up:z0@0 up:1 up:z1@0 up:2 up:3 up:4", stage.ConnectCentral().Done());
        Assert.Equal(2, stage.Bridge.Counters.Shed);
    }

    [Fact]
    public void Packet_ids_go_round_without_meeting_one_that_is_under_way()
    {
        var stage = new BridgeStage(new BridgeOptions { WindowMax = 60_000 }).ConnectLocal().ConnectCentral();
        stage.Give(1);
        var first = stage.Up["1"];
        for (var i = 0; i < 140_000; i++)
        {
            stage.Tell(BridgeInput.LocalPublish(1, 2, BridgeStage.Message("x")));
            Assert.NotEqual(first, stage.Up["x"]);
            if (i >= 100_000) continue;
            if (i % 50_000 == 0) stage.Ack("1").Give(1); // or what is done would pile up behind it
            first = stage.Up["1"];
            stage.Ack("x");
            stage.Done();
        }
        Assert.InRange(stage.Bridge.InFlight, 2, 60_000);
    }

    private static BridgeStage Connected() => new BridgeStage().ConnectLocal().ConnectCentral();
}
