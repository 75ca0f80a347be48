using LightMq.Broker;
using LightMq.Broker.Settings;
using Xunit;
using static LightMq.Unit.Broker.BackPressureTests;
using static LightMq.Unit.Broker.HoldTests;

namespace LightMq.Unit.Broker;

/// <summary>A slow or full disk makes publishers wait, and nobody else.</summary>
public sealed class DiskPressureTests
{
    [Fact]
    public void A_full_disk_stops_publishers_until_there_is_room()
    {
        var host = new EngineHost(new BrokerOptions { AckHoldMilliseconds = 0 });
        Subscriber(host, "reader").Disconnect();
        var sensor = host.Connect("sensor");
        sensor.Read();
        host.Handle(Input.DiskFull(true));
        sensor.Publish("t", "1", id: 1);
        sensor.Publish("nobody", "2", qos: 0);
        host.Advance(1_000);
        Assert.Empty(sensor.Read());
        host.Handle(Input.DiskFull(false));
        host.Advance(10);
        Assert.Equal(["PUBACK 1"], sensor.Read());
    }

    [Fact]
    public void A_disk_that_stays_full_takes_what_fits_where_messages_were_acknowledged()
    {
        var host = new EngineHost(new BrokerOptions { AckHoldMilliseconds = 0 });
        Subscriber(host, "reader").Disconnect();
        var sensor = host.Connect("sensor");
        for (var i = 0; i < 100; i++)
        {
            sensor.Publish("t", new string('x', 100_000), id: 1);
            host.Advance(10);
        }
        sensor.Read();
        host.Handle(Input.DiskFull(true));
        sensor.Publish("t", "late", id: 9);
        host.Advance(100);
        Assert.Empty(sensor.Read());
        var reader = host.Connect("reader", clean: false);
        List<string> seen = [];
        for (var round = 0; round < 60; round++)
        {
            Take(reader, seen);
            host.Advance(20);
        }
        Assert.Equal("late", seen[^1]);
        Assert.Equal(["PUBACK 9"], sensor.Read());
    }

    [Fact]
    public void What_waits_for_the_disk_is_bounded()
    {
        var host = new EngineHost(new BrokerOptions { AckHoldMilliseconds = 0, GroupBytesMax = 1_000 });
        Subscriber(host, "reader").Disconnect();
        host.Advance(20);
        host.CommitsAtOnce = false;
        var sensor = host.Connect("sensor");
        sensor.Read();
        for (ushort id = 1; id <= 20; id++) sensor.Publish("t", new string('x', 100), id: id);
        Assert.True(Engine.LoadOf(sensor.Connection).ParkedPackets > 5);
        host.CommitsAtOnce = true;
        host.Commit();
        host.Advance(200);
        Assert.Equal(20, sensor.Read().Count);
    }
}
