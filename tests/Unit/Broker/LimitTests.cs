using LightMq.Broker;
using LightMq.Broker.Connections;
using LightMq.Broker.Settings;
using LightMq.Mqtt;
using Xunit;

namespace LightMq.Unit.Broker;

/// <summary>Both sides of the engine's limits, each with its counter.</summary>
public sealed class LimitTests
{
    [Theory]
    [InlineData("a/b/c", 0)]
    [InlineData("a/b/c/d", 1)]
    public void Topics_have_a_bounded_depth(string topic, int refused)
    {
        var host = new EngineHost(new BrokerOptions { TopicLevelsMax = 3 });
        var sensor = host.Connect("sensor");
        var packet = new byte[64];
        var length = PacketWriter.Publish(
            packet, System.Text.Encoding.UTF8.GetBytes(topic), "1"u8, 0, false, false, 0);
        host.Handle(Input.Received(sensor.Connection, packet.AsSpan(0, length)));
        Assert.Equal(refused, host.Engine.Counters.TopicsTooDeep);
        Assert.Equal(refused, host.Engine.Counters.Closed(CloseReason.NotAuthorized));
    }

    [Theory]
    [InlineData("a/+/#", 0)]
    [InlineData("a/+/c/#", 1)]
    public void Filters_have_a_bounded_depth(string filter, int refused)
    {
        var host = new EngineHost(new BrokerOptions { TopicLevelsMax = 3 });
        var reader = host.Connect("reader");
        var packet = new byte[64];
        var length = PacketWriter.Subscribe(packet, 1, System.Text.Encoding.UTF8.GetBytes(filter), 0);
        host.Handle(Input.Received(reader.Connection, packet.AsSpan(0, length)));
        Assert.Equal(refused, host.Engine.Counters.TopicsTooDeep);
        Assert.Equal(0, host.Engine.Counters.Closed(CloseReason.NotAuthorized));
    }

    [Fact]
    public void Connections_have_a_bound()
    {
        var host = new EngineHost(new BrokerOptions { ConnectionsMax = 2 });
        Assert.Equal(["CONNACK 0"], host.Connect("one").Read());
        Assert.Equal(["CONNACK 0"], host.Connect("two").Read());
        Assert.Equal(0, host.Engine.Counters.ConnectionsTooMany);
        Assert.Equal(["CONNACK 3"], host.Connect("three").Read());
        Assert.Equal(1, host.Engine.Counters.ConnectionsTooMany);
    }

    [Theory]
    [InlineData(4_000, 0)]
    [InlineData(7_000, 1)]
    public void Connect_has_to_come_in_time(int after, int closed)
    {
        var host = new EngineHost(new BrokerOptions { ConnectSecondsMax = 5 });
        var late = host.Open();
        host.Advance(after);
        Assert.Equal(closed, host.Engine.Counters.Closed(CloseReason.ConnectTimeout));
        Assert.Equal(closed == 1, late.Connection.IsClosed);
    }

    [Theory]
    [InlineData(4_000, 0)]
    [InlineData(7_000, 1)]
    public void A_full_outbox_waits_for_its_peer_and_no_longer(int after, int closed)
    {
        var host = new EngineHost(new BrokerOptions { OutboxBytesMax = 1_024, SlowReaderSecondsMax = 5 });
        var reader = host.Connect("reader");
        reader.Subscribe("t");
        var sensor = host.Connect("sensor");
        reader.Read();
        for (ushort id = 1; id <= 20; id++) sensor.Publish("t", new string('x', 200), id: id);
        Assert.InRange(reader.Connection.Outbox.Length, 1_024, 1_024 + 300);
        sensor.Read();
        host.Advance(after);
        Assert.Equal(closed, host.Engine.Counters.Closed(CloseReason.SlowReader));
    }

    [Fact]
    public void Whoever_is_closed_for_a_fault_is_told_of_with_the_clause()
    {
        var host = new EngineHost();
        host.Connect("sensor").Send(0xC1, 0);
        var told = Assert.Single(host.Events, static e => e.Kind == BrokerEventKind.ClientExpelled);
        Assert.Equal(("sensor", CloseReason.ProtocolError), (told.ClientId, told.Reason));
        Assert.Contains("MQTT", told.Detail);
        host.Connect("other").Disconnect();
        Assert.Single(host.Events, static e => e.Kind == BrokerEventKind.ClientExpelled);
    }

    [Theory]
    [InlineData(1_024, 0)]
    [InlineData(1_025, 1)]
    public void Packets_have_a_bounded_size(int bytes, int closed)
    {
        var host = new EngineHost(new BrokerOptions { PacketBytesMax = 1_024 });
        var sensor = host.Connect("sensor");
        var packet = new byte[bytes];
        var payload = new byte[bytes - 3 - 2 - 1];
        Assert.Equal(bytes, PacketWriter.Publish(packet, "t"u8, payload, 0, false, false, 0));
        host.Handle(Input.Received(sensor.Connection, packet));
        Assert.Equal(closed, host.Engine.Counters.Closed(CloseReason.PacketTooLarge));
        Assert.Equal(1 - closed, host.Engine.Counters.Received[0]);
    }
}
