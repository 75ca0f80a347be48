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
