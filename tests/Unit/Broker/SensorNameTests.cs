using LightMq.Broker;
using LightMq.Broker.Settings;
using Xunit;

namespace LightMq.Unit.Broker;

/// <summary>Stock sensors go up under LMQ names, or not at all (LMQ-AUTH-5).</summary>
public sealed class SensorNameTests
{
    private static readonly BrokerOptions Mapped = LmqHost.Options with
    {
        Bridges =
        [
            new BridgeOptions("up", ["#"], Sensors: new SensorOptions("GID_sen",
            [
                new SensorTopic("tele/+/SENSOR", "plant/tele/+"),
                new SensorTopic("stat/+/+", "plant/+/stat/+"),
                new SensorTopic("shellies/#", "plant/shellies/#"),
                new SensorTopic("+/status/+", "plant/+/status/+"), new SensorTopic("home/#", "all"),
            ])),
        ],
    };

    // Ids and topics as Tasmota and Shelly devices (first and second generation) have them.
    [Theory]
    [InlineData("DVES_123456", "tele/tasmota_123456/SENSOR", "plant/tele/tasmota_123456")]
    [InlineData("DVES_123456", "stat/tasmota_123456/RESULT", "plant/tasmota_123456/stat/RESULT")]
    [InlineData("DVES_123456", "tele/tasmota_123456/LWT", "tele/tasmota_123456/LWT")]
    [InlineData("shelly1-98CDAC1F2A3B", "shellies/shelly1-98CDAC1F2A3B/relay/0",
        "plant/shellies/shelly1-98CDAC1F2A3B/relay/0")]
    [InlineData("shelly1-98CDAC1F2A3B", "shellies", "plant/shellies")]
    [InlineData("shellyplus1-a8032abe54dc", "shellyplus1-a8032abe54dc/status/switch:0",
        "plant/shellyplus1-a8032abe54dc/status/switch:0")]
    [InlineData("a", "stat//", "plant//stat/")]
    [InlineData("a", "home/x/y", "all")]
    [InlineData("a", "home", "all")]
    public void A_sensors_id_and_topic_become_LMQ_names(string id, string topic, string named)
    {
        var host = LmqHost.Make(Mapped);
        var up = new UpLink(host);
        var local = host.Connect("local");
        local.Subscribe("#");
        local.Read();
        host.Connect(id).Publish(topic, "1");
        var message = Assert.Single(up.Take());
        Assert.Equal(named, message.Topic);
        Assert.Equal(($"GID_sen@@@{id}", $"GID_sen@@@{id}", "1"),
            (message.Told["lmq-client"], message.Told["lmq-key"], message.Told["lmq-seq"]));
        Assert.Equal([$"PUBLISH 2 {topic} 1 q1"], local.Read());
        Assert.Equal(0, host.Engine.Counters.Dropped(DropReason.SensorName));
    }

    [Fact]
    public void A_client_with_an_LMQ_id_keeps_its_names_and_so_does_everybody_without_the_option()
    {
        var host = LmqHost.Make(Mapped);
        var up = new UpLink(host);
        host.Connect("GID_AAA@@@1").Publish("tele/x/SENSOR", "1");
        Assert.Equal(("tele/x/SENSOR", "GID_AAA@@@1 1"), Named(up));
        host = LmqHost.Make(Mapped with { Bridges = [new BridgeOptions("up", ["#"])] });
        up = new UpLink(host);
        host.Connect("DVES_1").Publish("tele/x/SENSOR", "1");
        Assert.Equal(("tele/x/SENSOR", "DVES_1 1"), Named(up));
    }

    [Fact]
    public void From_above_a_sensor_is_reached_by_the_name_that_it_has_there()
    {
        var host = LmqHost.Make(Mapped);
        var up = new UpLink(host);
        var sensor = host.Connect("DVES_1");
        host.Connect("GID_sen@@@own").Read();
        sensor.Read();
        up.Publish("plant/p2p/GID_sen@@@DVES_1", "on", 1, 1, ("lmq-clean", "true"));
        up.Publish("plant/p2p/GID_sen@@@unknown", "on", 1, 2, ("lmq-clean", "true"));
        up.Publish("plant/p2p/GID_other@@@DVES_1", "on", 1, 3, ("lmq-clean", "true"));
        Assert.Equal(["PUBLISH 2 plant/p2p/GID_sen@@@DVES_1 on q1"], sensor.Read());
        sensor.Gone();
        host.Connect("DVES_2", clean: false).Gone();
        up.Publish("plant/p2p/GID_sen@@@DVES_2", "kept", 1, 4, ("lmq-clean", "false"));
        Assert.Contains("PUBLISH 49153 plant/p2p/GID_sen@@@DVES_2 kept q1",
            host.Connect("DVES_2", clean: false).Read().Select(static line => line.Replace(" dup", "")));
    }

    [Fact]
    public void A_bridge_of_an_older_version_gets_the_topic_too()
    {
        var host = LmqHost.Make(Mapped);
        var up = host.Connect("up", clean: false);
        var sensor = host.Connect("DVES_1");
        sensor.Publish("tele/x/SENSOR", "1");
        sensor.Publish("tele/x/SENSOR", "0", qos: 0);
        Assert.Equal(["PUBLISH 2 plant/tele/x 1 q1", "PUBLISH 0 plant/tele/x 0 q0"], up.Read().Skip(1));
    }

    // "GID_sen@@@" has 10 characters, "plant/tele/" 11.
    [Theory]
    [InlineData(54, 53, true)]
    [InlineData(55, 53, false)]
    [InlineData(54, 54, false)]
    public void What_would_be_over_64_characters_stays_here_and_works_here(int id, int level, bool goesUp)
    {
        var host = LmqHost.Make(Mapped);
        var up = new UpLink(host);
        var local = host.Connect("local");
        local.Subscribe("#");
        local.Read();
        var topic = $"tele/{new string('x', level)}/SENSOR";
        var sensor = host.Connect(new string('i', id));
        for (ushort i = 1; i <= 3; i++) sensor.Publish(topic, "1", id: i);
        sensor.Publish(topic, "0", qos: 0);
        Assert.Equal(goesUp ? 4 : 0, up.Take().Count);
        Assert.Equal(4, local.Read().Count);
        Assert.Equal(goesUp ? 0 : 4, host.Engine.Counters.Dropped(DropReason.SensorName));
        Assert.Equal(goesUp ? 0 : 1, host.Events.Count(e => e.Detail.Contains("LMQ-AUTH-5")));
    }

    [Theory]
    [InlineData("with space", "tele/x/SENSOR")]
    [InlineData("a@@@b", "tele/x/SENSOR")]
    [InlineData("é", "tele/x/SENSOR")]
    [InlineData("GID_sen@@@a", "tele/x/SENSOR")]
    public void An_id_that_gives_no_LMQ_id_or_somebody_elses_stays_here(string id, string topic)
    {
        var host = LmqHost.Make(Mapped);
        var up = new UpLink(host);
        host.Connect(id).Publish(topic, "1");
        Assert.Empty(up.Take());
        Assert.Equal(1, host.Engine.Counters.Dropped(DropReason.SensorName));
        Assert.Single(host.Events, e => e.Kind == BrokerEventKind.Dropping && e.ClientId == id);
    }

    [Fact]
    public void It_is_told_again_after_a_minute_and_numbers_have_no_holes()
    {
        var host = LmqHost.Make(Mapped);
        var up = new UpLink(host);
        var sensor = host.Connect("DVES_1");
        var tooLong = $"tele/{new string('x', 60)}/SENSOR";
        sensor.Publish("tele/a/SENSOR", "1", id: 1);
        sensor.Publish(tooLong, "2", id: 2);
        sensor.Publish("tele/a/SENSOR", "3", id: 3);
        Assert.Equal(["GID_sen@@@DVES_1 1", "GID_sen@@@DVES_1 2"], up.Take().Select(m => m.Place));
        host.Advance(20);
        sensor.Read();
        host.Advance(60_001);
        sensor.Publish(tooLong, "4", qos: 0);
        Assert.Equal(2, host.Events.Count(e => e.Detail.Contains("LMQ-AUTH-5")));
    }

    [Fact]
    public void A_thousand_clients_without_a_name_do_not_fill_the_log()
    {
        var host = LmqHost.Make(Mapped);
        for (var i = 0; i < 1_000; i++) host.Connect($"with space {i}").Publish("home", "1", qos: 0);
        Assert.InRange(host.Events.Count(e => e.Detail.Contains("LMQ-AUTH-5")), 100, 200);
        Assert.Equal(1_000, host.Engine.Counters.Dropped(DropReason.SensorName));
    }

    [Fact]
    public void Retained_messages_go_up_under_their_names_or_not_at_all()
    {
        var host = LmqHost.Make(Mapped with
        {
            Bridges = [Mapped.Bridges[0] with { Filters = ["nothing"] }],
        });
        host.Connect("DVES_1").Publish("tele/x/SENSOR", "1", retain: true);
        host.Connect("with space").Publish("tele/y/SENSOR", "2", retain: true);
        host.Advance(300);
        var up = new UpLink(host);
        up.Peer.Subscribe5("tele/#");
        Assert.Equal(("plant/tele/x", "GID_sen@@@DVES_1 1"), Named(up));
    }

    private static (string, string) Named(UpLink up)
    {
        var message = Assert.Single(up.Take());
        return (message.Topic, message.Place);
    }
}
