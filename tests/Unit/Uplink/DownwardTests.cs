using LightMq.Uplink.Bridging;
using Xunit;

namespace LightMq.Unit.Uplink;

/// <summary>From the central to the local broker.</summary>
public sealed class DownwardTests
{
    [Fact]
    public void The_central_is_told_in_order_once_the_local_broker_has_it()
    {
        var stage = Connected();
        Send(stage, 5, "a");
        Send(stage, 6, "b");
        Assert.Equal("down:a down:b", stage.Done());
        Assert.Equal("", Took(stage, "b").Done());
        Assert.Equal("ackdown:5 ackdown:6", Took(stage, "a").Done());
    }

    [Fact]
    public void What_waits_for_the_local_broker_is_given_when_it_is_there()
    {
        var stage = new BridgeStage().ConnectCentral();
        Send(stage, 5, "a");
        Assert.Equal("", stage.Done());
        Assert.Equal("down:a", stage.ConnectLocal().Done());
        stage.CloseLocal();
        Assert.Equal("down:a*", stage.ConnectLocal(new LinkTerms { HasSession = true }).Done());
        Assert.Equal("ackdown:5", Took(stage, "a").Done());
    }

    [Fact]
    public void The_central_s_ids_of_a_former_connection_are_never_acknowledged()
    {
        var stage = Connected();
        Send(stage, 5, "a");
        stage.CloseCentral(CloseKind.Lost).ConnectCentral().Done();
        Assert.Equal("", Took(stage, "a").Done());
        Send(stage, 5, "again");
        Assert.Equal("down:again ackdown:5", Took(stage, "again").Done());
    }

    [Fact]
    public void No_more_is_under_way_than_the_local_broker_wants()
    {
        var stage = new BridgeStage().ConnectLocal(new LinkTerms { ReceiveMax = 1 }).ConnectCentral();
        Send(stage, 5, "a");
        Send(stage, 6, "b");
        Assert.Equal("down:a", stage.Done());
        Assert.Equal("ackdown:5 down:b", Took(stage, "a").Done());
    }

    [Fact]
    public void Qos_0_goes_down_or_nowhere()
    {
        var stage = new BridgeStage().ConnectCentral();
        stage.Tell(BridgeInput.DownPublish(1, 0, BridgeStage.Message("lost", qos: 0)));
        stage.ConnectLocal();
        stage.Tell(BridgeInput.DownPublish(1, 0, BridgeStage.Message("zero", qos: 0)));
        Assert.Equal("down:zero@0", stage.Done());
        Assert.Equal(1, stage.Bridge.Counters.DownDropped);
    }

    [Fact]
    public void Names_change_on_the_way_down()
    {
        var options = new BridgeOptions { Down = new TopicMap([new("site1/cmd", "cmd")]) };
        var stage = new BridgeStage(options).ConnectLocal().ConnectCentral();
        stage.Tell(BridgeInput.DownPublish(1, 5, BridgeStage.Message("a", "site1/cmd/valve")));
        Assert.Equal("down:cmd/valve=a", stage.Done());
    }

    [Fact]
    public void What_the_local_broker_refuses_is_dropped_and_told_of()
    {
        var stage = Connected();
        Send(stage, 5, "a");
        stage.Done();
        Assert.Equal("ackdown:5", Took(stage, "a", 0x87).Done());
        Assert.Equal(BridgeEventKind.DownDropped, stage.Events.Single().Kind);
    }

    [Fact]
    public void What_the_local_broker_closes_at_is_found_and_dropped()
    {
        var stage = Connected();
        Send(stage, 5, "a");
        Send(stage, 6, "b");
        for (var i = 0; i < 2; i++)
        {
            stage.Tell(BridgeInput.LocalClosed(stage.Local, new CloseCause(CloseKind.Refused, 0x87)));
            stage.ConnectLocal();
        }
        Assert.Equal("a", BridgeStage.Text(stage.Events.Single().Message!));
        // Both at once, then the first alone; the second goes on.
        Assert.Equal("down:a down:b down:a down:b ackdown:5", stage.Done());
    }

    [Fact]
    public void A_local_broker_that_takes_nothing_is_left()
    {
        var stage = Connected();
        Send(stage, 5, "a");
        stage.Done();
        stage.Now = 30_001;
        Assert.Equal("closelocal", stage.Tell(BridgeInput.Tick()).Done());
        Assert.Equal("down:a", stage.ConnectLocal().Done());
    }

    [Fact]
    public void A_local_acknowledgement_of_nothing_closes()
    {
        var stage = Connected();
        stage.Tell(BridgeInput.LocalAcked(1, 77, 0));
        Assert.Equal("closelocal", stage.Done());
    }

    private static void Send(BridgeStage stage, ushort id, string payload) =>
        stage.Tell(BridgeInput.DownPublish(stage.Central, id, BridgeStage.Message(payload)));

    private static BridgeStage Took(BridgeStage stage, string payload, byte code = 0) =>
        stage.Tell(BridgeInput.LocalAcked(stage.Local, stage.Down[payload], code));

    private static BridgeStage Connected() => new BridgeStage().ConnectLocal().ConnectCentral();
}
