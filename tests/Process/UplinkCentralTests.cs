using LightMq.Process.Uplink;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using Xunit;

namespace LightMq.Process;

/// <summary>
/// Whatever a central does, the uplink brings each message up, in order, and says what is wrong.
/// </summary>
public sealed class UplinkCentralTests
{
    [Fact]
    public async Task A_central_that_refuses_is_tried_again_until_it_lets_us_in()
    {
        using var central = new ScriptedCentral();
        using var rig = new UplinkRig(central).Start();
        rig.Publish("plant/a", "one");
        for (var i = 0; i < 3; i++)
        {
            using var refusing = await central.Accept();
            await refusing.Read<MqttConnectPacket>();
            refusing.Send(new MqttConnAckPacket
            {
                ReasonCode = MqttConnectReasonCode.NotAuthorized, ReasonString = "not today",
            });
        }
        await rig.WaitForLog("reason code 0x87, not today");
        using var peer = await central.Welcome();
        Assert.Equal("one", (await peer.Take()).ConvertPayload());
        await rig.WaitForState("healthy");
        Assert.Equal(0, rig.Uplink.Terminate());
    }

    [Fact]
    public async Task A_central_that_breaks_off_talks_nonsense_or_is_silent_for_a_moment_loses_nothing()
    {
        using var central = new ScriptedCentral();
        using var rig = new UplinkRig(central).Start();
        rig.Publish("plant/a", "one", "two");
        (await central.Accept()).Dispose(); // before a word
        using (var midway = await central.Accept()) await midway.Read<MqttConnectPacket>();
        using (var garbage = await central.Accept())
        {
            await garbage.Read<MqttConnectPacket>();
            garbage.SendBytes(0x20, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3);
            Assert.True(await garbage.Ends());
        }
        using (var late = await central.Welcome())
        {
            await late.Take();
            late.SendBytes(0x00, 0x05, 1, 2, 3, 4, 5);
            Assert.True(await late.Ends());
        }
        await rig.WaitForLog("what came is no MQTT");
        using var peer = await central.Welcome();
        Assert.Equal("two", (await peer.Take()).ConvertPayload());
    }

    [Fact]
    public async Task Acknowledgements_of_what_was_never_sent_or_twice_end_the_link_and_nothing_else()
    {
        using var central = new ScriptedCentral();
        using var rig = new UplinkRig(central).Start();
        rig.Publish("plant/a", "one", "two");
        using (var never = await central.Welcome())
        {
            await never.Take(acknowledges: false);
            never.Acknowledge(999);
            Assert.True(await never.Ends());
        }
        using (var twice = await central.Welcome())
        {
            var one = await twice.Take();
            Assert.Equal(("one", true), (one.ConvertPayload(), one.Dup));
            twice.Acknowledge(one.PacketIdentifier);
            Assert.True(await twice.Ends());
        }
        using var peer = await central.Welcome();
        Assert.Equal("two", (await peer.Take()).ConvertPayload());
        await rig.WaitForLog("acknowledged packet id 999, which was not under way");
    }

    [Fact]
    public async Task A_central_that_acknowledges_nothing_is_left_and_found_again()
    {
        using var central = new ScriptedCentral();
        using var rig = new UplinkRig(central, sections: """ "Window": { "StallSeconds": 1 }, """).Start();
        rig.Publish("plant/a", "one");
        using (var mute = await central.Welcome())
        {
            await mute.Take(acknowledges: false);
            Assert.True(await mute.Ends());
        }
        await rig.WaitForLog("nothing acknowledged for too long, 1 messages under way");
        using var peer = await central.Welcome();
        Assert.Equal("one", (await peer.Take()).ConvertPayload());
    }

    [Fact]
    public async Task A_central_that_wants_a_number_that_is_gone_is_told_so()
    {
        using var central = new ScriptedCentral();
        using var rig = new UplinkRig(central).Start();
        string epoch;
        using (var first = await central.Welcome())
        {
            rig.Publish("plant/a", "one", "two");
            epoch = Told(await first.Take(), "lmq-epoch");
            await first.Take();
            await rig.WaitForCount("acknowledged", 2);
            rig.Publish("plant/a", "three");
            await first.Take(acknowledges: false);
            first.Leave(0x82, $"lmq-seq 3 of sensor in {epoch}: 2 is wanted");
        }
        using var peer = await central.Welcome();
        var gap = await peer.Take();
        Assert.Equal(("$SYS/bridge/gap", "sensor", epoch, "2-2:gone"),
            (gap.Topic, Told(gap, "lmq-client"), Told(gap, "lmq-epoch"), Told(gap, "lmq-gap")));
        var three = await peer.Take();
        Assert.Equal(("three", "3"), (three.ConvertPayload(), Told(three, "lmq-seq")));
        await rig.WaitForLog("numbers 2 to 2 of 'sensor' will never come");
    }

    [Fact]
    public async Task A_poisoned_message_is_kept_declared_and_can_go_up_later()
    {
        using var central = new ScriptedCentral();
        using var rig = new UplinkRig(central).Start();
        rig.Publish("plant/a", "one", "two", "poison", "four", "five");
        var taken = new List<string>();
        ScriptedPeer? last = null;
        while (taken.Count < 5)
        {
            last = await central.Welcome();
            for (var closed = false; !closed && taken.Count < 5;)
            {
                var publish = await last.Take(acknowledges: false);
                closed = publish.ConvertPayload() == "poison";
                if (closed) last.Leave(0x99, "this cannot be read");
                else
                {
                    last.Acknowledge(publish.PacketIdentifier);
                    var what = publish.Topic == "$SYS/bridge/gap"
                        ? Told(publish, "lmq-gap") : publish.ConvertPayload();
                    if (!taken.Contains(what)) taken.Add(what);
                }
            }
        }
        Assert.Equal(["one", "two", "3-3:refused", "four", "five"], taken);
        Assert.Contains("0x99       6 bytes  plant/a  sensor 3", rig.Refused("list"));
        await rig.WaitForCount("acknowledged", 5);
        rig.Refused("replay", "all");
        var again = await last!.Take();
        Assert.Equal("poison", again.ConvertPayload());
        Assert.DoesNotContain(again.UserProperties, static one => one.Name == "lmq-seq");
        await rig.WaitForLog("refused message 1 is with the central");
        Assert.Equal("", rig.Refused("list"));
        last.Dispose();
    }

    [Fact]
    public async Task A_topic_that_becomes_too_long_is_refused_here()
    {
        using var central = new ScriptedCentral();
        var prefix = new string('p', 60);
        using var rig = new UplinkRig(central,
            sections: $$""" "Topics": { "Up": [ { "To": "{{prefix}}" } ] }, """).Start();
        rig.Publish("plant/a", "long");
        rig.Publish("abc", "short");
        using var peer = await central.Welcome();
        Assert.Equal("1-1:refused", Told(await peer.Take(), "lmq-gap"));
        Assert.Equal($"{prefix}/abc", (await peer.Take()).Topic);
        Assert.Contains("0x90", rig.Refused("list"));
    }

    [Fact]
    public async Task A_superseded_box_waits_for_the_operator()
    {
        using var central = new ScriptedCentral();
        using var rig = new UplinkRig(central).Start();
        using (var refusing = await central.Accept())
        {
            var connect = await refusing.Read<MqttConnectPacket>();
            Assert.Matches("^[0-9a-f]{64}$", connect.UserProperties.Single().Text());
            refusing.Send(new MqttConnAckPacket
            {
                ReasonCode = MqttConnectReasonCode.NotAuthorized,
                ReasonString = "superseded: another box came",
            });
        }
        await rig.WaitForState("superseded");
        Assert.True(await central.IsQuiet(TimeSpan.FromSeconds(2)));
        Assert.Contains("next try in 300 s", rig.Uplink.Log);
    }

    [Fact]
    public async Task Another_cluster_is_told_of_once()
    {
        using var central = new ScriptedCentral();
        using var rig = new UplinkRig(central).Start();
        (await central.Welcome("c1")).Dispose();
        (await central.Welcome("c2")).Dispose();
        (await central.Welcome("c2")).Dispose();
        await rig.WaitForLog("cluster c2, before c1");
        Assert.Equal("c2", File.ReadAllText(Path.Combine(rig["state"], "cluster")));
        using var peer = await central.Welcome("c2");
        Assert.Equal(2, rig.Uplink.Log.Split("the central is another one").Length);
    }

    [Fact]
    public async Task A_changed_file_touches_what_changed_and_a_wrong_one_nothing()
    {
        using var central = new ScriptedCentral();
        using var rig = new UplinkRig(central).Start();
        using var peer = await central.Welcome();
        await rig.WaitForState("healthy");
        rig.Write(""" "Window": { "MessagesMax": -5 }, """);
        await rig.WaitForLog("the old one stays: Window:MessagesMax");
        rig.Publish("plant/a", "one");
        Assert.Equal("plant/a", (await peer.Take()).Topic);
        rig.Write(""" "Topics": { "Up": [ { "From": "plant", "To": "site" } ] }, """);
        await rig.WaitForLog("configuration read again; changed: Window, Topics");
        using var next = await central.Welcome();
        rig.Publish("plant/a", "two");
        Assert.Equal("site/a", (await next.Take()).Topic);
    }

    private static string Told(MqttPublishPacket publish, string name) =>
        publish.UserProperties.Single(one => one.Name == name).Text();
}
