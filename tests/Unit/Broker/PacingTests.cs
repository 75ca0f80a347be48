using LightMq.Broker;
using LightMq.Broker.Settings;
using LightMq.Mqtt;
using Xunit;

namespace LightMq.Unit.Broker;

/// <summary>A backlog is pushed a batch at a time, and what arrives goes first (LMQ-OFF-1).</summary>
public sealed class PacingTests
{
    private static EngineHost Waiting(int count, BrokerOptions? options = null)
    {
        var host = new EngineHost(options ?? LmqClients.Options);
        host.JoinAndSubscribe("reader").Disconnect();
        host.PublishMany(host.Join("sensor", clean: true), 1, count);
        return host;
    }

    [Fact]
    public void The_first_batch_comes_after_three_seconds_and_one_more_each_second()
    {
        var host = Waiting(70);
        var reader = host.Join("reader");
        host.Advance(2_990);
        Assert.Equal(["CONNACK 0 present"], reader.Read());
        host.Advance(10);
        Assert.Equal(LmqClients.Numbers(1, 30), reader.Take());
        host.Advance(990);
        Assert.Empty(reader.Take());
        host.Advance(10);
        Assert.Equal(LmqClients.Numbers(31, 60), reader.Take());
        host.Advance(1_000);
        Assert.Equal(LmqClients.Numbers(61, 70), reader.Take());
        Assert.Equal(0, host.Engine.Counters.QueuedMessages);
        host.Advance(600_000);
        Assert.Empty(reader.Take());
    }

    [Fact]
    public void What_arrives_goes_first_and_spares_the_flash()
    {
        var host = Waiting(40, LmqClients.Options with { AckHoldMilliseconds = 200 });
        var reader = host.Join("reader");
        reader.Read();
        var sensor = host.Join("late", clean: true);
        var journaled = host.Engine.Counters.Journaled;
        sensor.Publish("t/n", "new", id: 1);
        Assert.Equal(["new"], reader.Take());
        host.Advance(10);
        Assert.Equal(["CONNACK 0", "PUBACK 1"], sensor.Read());
        sensor.Publish("t/n", "zero", qos: 0);
        Assert.Equal(["zero"], reader.Take());
        Assert.Equal(journaled, host.Engine.Counters.Journaled);
        host.Advance(3_000);
        Assert.Equal(LmqClients.Numbers(1, 30), reader.Take());
    }

    [Fact]
    public void A_client_that_is_not_read_gets_its_batches_at_once()
    {
        var options = LmqClients.Options with { QueueMessagesMax = 5, ParkedPacketsMax = 2 };
        var host = Waiting(5, options with { Offline = new() { Pace = new(4, 60_000, 60_000) } });
        var reader = host.Join("reader");
        for (ushort id = 6; id <= 8; id++) reader.Publish("t/n", $"{id}", id: id);
        Assert.False(host.Reading[reader.Connection]);
        host.Advance(5);
        Assert.True(host.Reading[reader.Connection]);
        Assert.Equal(LmqClients.Numbers(1, 4), reader.Take());
    }

    [Fact]
    public void Who_makes_room_by_acknowledging_is_read_on_while_all_others_must_wait()
    {
        // Room for five messages in all queues together.
        var host = Waiting(5, LmqClients.Options with { QueuesBytesMax = 5 * 68, ParkedPacketsMax = 2 });
        host.Join("other", clean: true).Publish("t/n", "6", id: 1);
        var reader = host.Join("reader");
        for (ushort id = 7; id <= 9; id++) reader.Publish("t/n", $"{id}", id: id);
        Assert.False(host.Reading[reader.Connection]);
        host.Advance(3_000);
        Assert.True(host.Reading[reader.Connection]);
        Assert.Equal(LmqClients.Numbers(1, 5), reader.Take());
        host.Advance(20);
        // The third, beyond what may be parked, is the client's to send again.
        Assert.Equal(LmqClients.Numbers(6, 8), reader.Take());
    }

    [Fact]
    public void A_group_has_a_pace_of_its_own()
    {
        var options = LmqClients.Options with
        {
            Offline = new OfflineOptions
            {
                Groups = new Dictionary<string, OfflinePace> { [LmqClients.Group] = new(2, 100, 500) },
            },
        };
        var host = Waiting(5, options);
        var reader = host.Join("reader");
        host.Advance(495);
        Assert.Equal(["1", "2"], reader.Take());
        host.Advance(100);
        Assert.Equal(["3", "4"], reader.Take());
        host.Advance(100);
        Assert.Equal(["5"], reader.Take());
    }

    [Fact]
    public void What_was_sent_and_not_acknowledged_comes_again_at_once_and_the_rest_in_its_time()
    {
        var host = Waiting(35);
        var reader = host.Join("reader");
        host.Advance(3_000);
        reader.Take(acknowledges: false);
        reader.Ack(PacketType.PubAck, 2);
        var sensor = host.Join("late", clean: true);
        sensor.Publish("t/n", "online", id: 1);
        Assert.Equal(["online"], reader.Take(acknowledges: false));
        reader.Gone();
        reader = host.Join("reader");
        var again = reader.Read();
        Assert.Equal([.. LmqClients.Numbers(2, 30), "online"], again.Skip(1).Select(t => t.Split(' ')[3]));
        Assert.All(again.Skip(1), text => Assert.EndsWith(" dup", text));
        host.Advance(3_000);
        Assert.Equal(LmqClients.Numbers(31, 35), reader.Take());
    }

    [Fact]
    public void After_a_restart_what_was_sent_comes_at_once_and_the_rest_in_its_time()
    {
        var host = Waiting(35, LmqClients.Options with { InflightMax = 30 });
        var reader = host.Join("reader");
        host.Advance(3_000);
        reader.Take(acknowledges: false);
        reader.Ack(PacketType.PubAck, 2);
        reader.Ack(PacketType.PubAck, 5);
        host.Advance(20_000);
        host = host.Crash();
        reader = host.Join("reader");
        Assert.Equal(["2", "3", .. LmqClients.Numbers(5, 32)], reader.Take());
        host.Advance(3_000);
        Assert.Equal(LmqClients.Numbers(33, 35), reader.Take());
        host.Advance(20_000);
        Assert.Equal(0, host.Crash().Engine.Counters.QueuedMessages);
    }

    [Fact]
    public void Batches_wait_for_a_client_that_does_not_acknowledge_and_online_messages_pass()
    {
        var host = Waiting(70, LmqClients.Options with { InflightMax = 10 });
        var reader = host.Join("reader");
        host.Advance(3_000);
        var first = reader.Read().Skip(1).ToArray();
        Assert.Equal(10, first.Length);
        host.Advance(10_000);
        Assert.Empty(reader.Read());
        host.Join("late", clean: true).Publish("t/n", "online", id: 1);
        host.Advance(20);
        reader.Ack(PacketType.PubAck, 2);
        Assert.Equal(["PUBLISH 72 t/n online q1"], reader.Read());
        reader.Ack(PacketType.PubAck, 72);
        List<string> seen = [.. reader.Take()];
        for (var id = 3; id <= 11; id++) reader.Ack(PacketType.PubAck, id);
        for (var round = 0; round < 40; round++)
        {
            seen.AddRange(reader.Take());
            host.Advance(100);
        }
        Assert.Equal(LmqClients.Numbers(11, 70), seen);
    }

    [Fact]
    public void An_endless_online_stream_over_a_standing_backlog_costs_neither_memory_nor_progress()
    {
        var host = Waiting(100, LmqClients.Options with { QueueMessagesMax = 200 });
        var reader = host.Join("reader");
        reader.Pull("ASC", 1);
        reader.Take();
        var sensor = host.Join("late", clean: true);
        for (var i = 0; i < 60_000; i++)
        {
            sensor.Publish("t/n", $"{i}", id: 1);
            if (i % 7 == 0) reader.Take();
            if (i % 100 == 0) host.Advance(1);
        }
        while (reader.Take().Count > 0) host.Advance(1);
        host.Advance(20_000);
        Assert.Equal(99, host.Engine.Counters.QueuedMessages);
        Assert.InRange(host.ProgressBytesMost, 1, 300);
        host = host.Crash();
        Assert.Equal(99, host.Engine.Counters.QueuedMessages);
        reader = host.Join("reader");
        host.Advance(10_000);
        Assert.Equal("2", reader.Take()[0]);
    }

    [Fact]
    public void A_session_that_goes_on_as_Plain_gets_its_backlog_before_what_arrives_and_at_once()
    {
        var host = Waiting(600, LmqClients.Options with { InflightMax = 10 });
        host.Join("reader").Gone();
        var reader = host.Connect(LmqClients.IdOf("reader"), clean: false);
        host.PublishMany(host.Join("late", clean: true), 601, 50);
        List<string> seen = [];
        for (var round = 0; round < 100; round++) seen.AddRange(reader.Take());
        Assert.Equal(LmqClients.Numbers(1, 650), seen);
        host.Advance(20_000);
        Assert.Equal(0, host.Crash().Engine.Counters.QueuedMessages);
    }

    [Fact]
    public void A_backlog_beyond_the_memory_bound_is_read_back_batch_by_batch()
    {
        var host = new EngineHost(LmqClients.Options with { MemoryBytesMax = 20_000 });
        host.JoinAndSubscribe("reader").Disconnect();
        var sensor = host.Join("sensor", clean: true);
        for (var i = 1; i <= 500; i++)
        {
            sensor.Publish("t/n", $"{i}-{new string('x', 200)}", id: (ushort)i);
            if (i % 10 == 0) host.Advance(20);
        }
        host = host.Crash();
        var reader = host.Join("reader");
        List<string> seen = [];
        for (var round = 0; round < 25; round++)
        {
            host.Advance(1_000);
            Assert.InRange(host.Engine.MemoryBytes, 0, 25_000);
            seen.AddRange(reader.Take());
        }
        Assert.Equal(LmqClients.Numbers(1, 500), seen.Select(text => text.Split('-')[0]));
    }

    [Fact]
    public void A_gap_of_millions_of_numbers_is_not_filled_at_the_start()
    {
        var host = Waiting(10);
        host.Join("reader");
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var life = 0; life < 300; life++)
        {
            host = host.Crash();
            host.Join("reader").Read();
            host.PublishMany(host.Join("late", clean: true), life + 1, 1);
            host.Advance(20_000);
        }
        Assert.Equal(310, host.Engine.Counters.QueuedMessages);
        before = GC.GetAllocatedBytesForCurrentThread();
        host = host.Crash();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 20_000_000);
        Assert.Equal(310, host.Engine.Counters.QueuedMessages);
    }

    [Fact]
    public void A_slot_that_is_lost_takes_only_its_messages()
    {
        var host = Waiting(10);
        host.Advance(20);
        host = host.Crash();
        host.LoseSlots();
        var reader = host.Join("reader");
        host.Advance(3_000);
        Assert.Empty(reader.Take());
        Assert.Equal(10, host.Engine.Counters.Dropped(DropReason.Damaged));
        Assert.Equal(0, host.Engine.Counters.QueuedMessages);
    }
}
