using LightMq.Mqtt;
using Xunit;

namespace LightMq.Unit.Broker;

/// <summary>Clients ask for what waits (LMQ-OFF-2 to LMQ-OFF-4).</summary>
public sealed class PullingTests
{
    private static EngineHost Waiting(int count)
    {
        var host = new EngineHost(LmqClients.Options);
        host.JoinAndSubscribe("reader").Disconnect();
        host.PublishMany(host.Join("sensor", clean: true), 1, count);
        return host;
    }

    private static Peer Back(EngineHost host, int keepAlive = 60)
    {
        var reader = host.Join("reader", keepAlive: keepAlive);
        Assert.Equal(["CONNACK 0 present"], reader.Read());
        return reader;
    }

    [Fact]
    public void Either_end_is_handed_out_as_asked()
    {
        var host = Waiting(100);
        var reader = Back(host);
        reader.Pull("ASC", 3, qos: 0);
        Assert.Equal(["1", "2", "3"], reader.Take());
        reader.Pull("DESC", 3, qos: 0);
        Assert.Equal(["100", "99", "98"], reader.Take());
        reader.Pull("asc", 31, qos: 0);
        Assert.Equal(LmqClients.Numbers(4, 33), reader.Take());
    }

    [Fact]
    public void A_first_pull_in_the_first_keep_alive_period_stops_the_pushing_at_once()
    {
        var host = Waiting(100);
        var reader = Back(host, keepAlive: 10);
        host.Advance(3_000);
        Assert.Equal(LmqClients.Numbers(1, 30), reader.Take());
        host.Advance(6_995 - 995);
        reader.Take();
        reader.Pull("ASC", 1);
        reader.Take();
        host.Advance(9_000);
        Assert.Empty(reader.Take());
        reader.Send(0xC0, 0);
        reader.Pull("ASC", 30);
        // Seven batches would have been all of it by now.
        Assert.Empty(reader.Take());
    }

    [Theory]
    [InlineData(10, 10_000, true)]
    [InlineData(10, 10_001, false)]
    [InlineData(0, 60_000, true)]
    [InlineData(0, 60_001, false)]
    public void The_first_period_decides_for_the_connection(int keepAlive, int milliseconds, bool isPulling)
    {
        var host = new EngineHost(LmqClients.Options with
        {
            Offline = new() { Pace = new(1, 100_000, 100_000) },
        });
        host.JoinAndSubscribe("reader").Disconnect();
        host.PublishMany(host.Join("sensor", clean: true), 1, 5);
        var reader = host.Join("reader", keepAlive: keepAlive);
        reader.Read();
        // CONNACK came at the end of the group that the joining waited for, if for any.
        host.Advance(milliseconds - host.Options.GroupMilliseconds);
        reader.Pull("ASC", 1);
        Assert.Equal(["1"], reader.Take());
        List<string> pushed = [];
        for (var part = 0; part < 12; part++)
        {
            reader.Send(0xC0, 0);
            host.Advance(10_000);
            pushed.AddRange(reader.Take());
        }
        Assert.False(reader.IsClosed);
        Assert.Equal(isPulling ? [] : ["2"], pushed);
    }

    [Fact]
    public void A_QoS_1_request_gets_its_PUBACK_and_QoS_2_its_PUBREC()
    {
        var host = Waiting(1);
        var reader = Back(host);
        reader.Pull("ASC", 1, qos: 1, id: 7);
        host.Advance(10);
        Assert.Equal(["PUBACK 7", "PUBLISH 2 t/n 1 q1"], reader.Read().Order());
        reader.Pull("ASC", 1, qos: 2, id: 8);
        host.Advance(10);
        Assert.Equal(["PUBREC 8"], reader.Read());
    }

    [Fact]
    public void A_pull_is_served_before_publishes_that_wait_for_room_and_answered_behind_them()
    {
        var host = new EngineHost(LmqClients.Options with { QueueMessagesMax = 5 });
        host.JoinAndSubscribe("reader").Disconnect();
        host.PublishMany(host.Join("sensor", clean: true), 1, 5);
        var reader = Back(host);
        reader.Publish("t/n", "6", id: 6);
        reader.Pull("ASC", 2, qos: 1, id: 7);
        Assert.Equal(["PUBLISH 2 t/n 1 q1", "PUBLISH 3 t/n 2 q1"], reader.Read());
        reader.Ack(PacketType.PubAck, 2);
        host.Advance(20);
        Assert.Equal(["PUBACK 6", "PUBACK 7", "PUBLISH 7 t/n 6 q1"], reader.Read().Order());
    }

    [Theory]
    [InlineData("""{"pushOrder":"ASC","maxPushNum":0}""")]
    [InlineData("""{"pushOrder":"ASC","maxPushNum":-1}""")]
    [InlineData("""{"pushOrder":"UP","maxPushNum":1}""")]
    [InlineData("""{"pushOrder":"ASC"}""")]
    [InlineData("nonsense")]
    [InlineData("")]
    public void What_cannot_be_read_is_acknowledged_ignored_and_counted(string body)
    {
        var host = Waiting(40);
        var reader = Back(host);
        reader.Publish("$SYS/getOfflineMsg", body, id: 9);
        host.Advance(10);
        Assert.Equal(["PUBACK 9"], reader.Read());
        Assert.Equal(1, host.Engine.Counters.PullsUnreadable);
        Assert.Contains(host.Events, e => e.Detail.Contains("LMQ-OFF-2", StringComparison.Ordinal));
        // It decides nothing.
        host.Advance(3_000);
        Assert.Equal(30, reader.Take().Count);
    }

    [Fact]
    public void More_than_five_in_a_second_are_acknowledged_ignored_and_counted()
    {
        var host = Waiting(100);
        var reader = Back(host);
        for (ushort id = 1; id <= 7; id++) reader.Pull("ASC", 1, id: id);
        host.Advance(10);
        var answers = reader.Read();
        Assert.Equal(7, answers.Count(text => text.StartsWith("PUBACK", StringComparison.Ordinal)));
        Assert.Equal(5, answers.Count(text => text.StartsWith("PUBLISH", StringComparison.Ordinal)));
        Assert.Equal((5, 2), (host.Engine.Counters.Pulls, host.Engine.Counters.PullsExcess));
        host.Advance(985);
        reader.Pull("ASC", 1, qos: 0);
        Assert.Empty(reader.Take());
        host.Advance(10);
        reader.Pull("ASC", 1, qos: 0);
        Assert.Equal(["6"], reader.Take());
        Assert.Contains(host.Events, e => e.Detail.Contains("LMQ-OFF-3", StringComparison.Ordinal));
    }

    [Fact]
    public void The_bound_is_the_clients_over_its_connections()
    {
        var host = Waiting(100);
        var reader = Back(host);
        for (ushort id = 1; id <= 5; id++) reader.Pull("ASC", 1, id: id);
        reader.Take();
        reader.Disconnect();
        reader = Back(host);
        reader.Pull("ASC", 1, qos: 0);
        Assert.Empty(reader.Take());
        Assert.Equal(1, host.Engine.Counters.PullsExcess);
    }

    [Fact]
    public void Only_PUBACK_removes_a_message_and_what_is_in_flight_is_passed_over()
    {
        var host = Waiting(10);
        var reader = Back(host);
        reader.Pull("ASC", 3, qos: 0);
        Assert.Equal(["1", "2", "3"], reader.Take(acknowledges: false));
        reader.Pull("ASC", 2, qos: 0);
        Assert.Equal(["4", "5"], reader.Take());
        Assert.Equal(8, host.Engine.Counters.QueuedMessages);
        reader.Gone();
        reader = host.Join("reader");
        Assert.Equal(["1", "2", "3"], reader.Take());
        host = host.Crash();
        reader = host.Join("reader");
        reader.Take();
        reader.Pull("DESC", 30, qos: 0);
        Assert.Contains("10", reader.Take());
    }

    [Fact]
    public void Packet_ids_of_both_streams_never_clash_in_flight()
    {
        const int Ids = 49_151;
        var host = Waiting(3);
        var reader = Back(host);
        reader.Pull("ASC", 1, qos: 0);
        Assert.Equal(["PUBLISH 2 t/n 1 q1"], reader.Read());
        var sensor = host.Join("late", clean: true);
        // Numbers 4 to 49151 are sent and acknowledged; 49152 has the packet id of number 1.
        for (var i = 4; i <= Ids; i++)
        {
            sensor.Publish("t/n", "x", id: 1);
            if (i % 100 != 0) continue;
            reader.Take();
            host.Advance(1);
        }
        host.Advance(20);
        reader.Take();
        sensor.Publish("t/n", "clash", id: 1);
        host.Advance(20);
        Assert.Empty(reader.Read());
        reader.Ack(PacketType.PubAck, 2);
        Assert.Equal(["PUBLISH 2 t/n clash q1"], reader.Read());
        // And the other way round: number 3 of the backlog waits for number 49154.
        reader.Ack(PacketType.PubAck, 2);
        sensor.Publish("t/n", "skip", id: 1);
        Assert.Equal(["PUBLISH 3 t/n skip q1"], reader.Read());
        reader.Pull("ASC", 1, qos: 0);
        Assert.Empty(reader.Read());
        reader.Ack(PacketType.PubAck, 3);
        Assert.Equal(["PUBLISH 3 t/n 2 q1"], reader.Read());
    }

    [Fact]
    public void What_may_be_asked_for_next_is_read_before_it_is()
    {
        var host = Waiting(200);
        host = host.Crash();
        var reader = Back(host);
        reader.Pull("DESC", 1, qos: 0);
        Assert.Equal(["200"], reader.Take());
        host.AnswersLoads = false;
        // Its neighbours came with it; no disk is asked.
        reader.Pull("DESC", 30, qos: 0);
        Assert.Equal(LmqClients.Numbers(199, 170), reader.Take());
        reader.Gone();
        Assert.Equal(0, host.Engine.MemoryBytes);
    }

    [Fact]
    public void A_clean_client_that_pulls_gets_its_answer_and_nothing_else()
    {
        var host = new EngineHost(LmqClients.Options);
        var reader = host.Join("reader", clean: true);
        reader.Pull("ASC", 5, id: 3);
        host.Advance(10);
        Assert.Equal(["CONNACK 0", "PUBACK 3"], reader.Read());
    }

    [Fact]
    public void Other_requests_and_wills_to_the_broker_are_refused()
    {
        var host = new EngineHost(LmqClients.Options);
        var sensor = host.Join("sensor", clean: true);
        sensor.Publish("$SYS/getOfflineMessages", "x", id: 1);
        Assert.True(sensor.IsClosed);
        Assert.Contains("CONNACK 5", host.Join("other", will: "$SYS/getOfflineMsg").Read());
    }
}
