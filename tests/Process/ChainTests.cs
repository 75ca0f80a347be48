using System.Text;
using LightMq.Mqtt;
using LightMq.Process.Chain;
using LightMq.Process.Clients;
using LightMq.Process.Load;
using Xunit;

namespace LightMq.Process;

/// <summary>
/// Edge broker, uplink and central as real processes: every client's messages arrive above, once, in order.
/// </summary>
public sealed class ChainTests(ITestOutputHelper output)
{
    private static CancellationToken Patience => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_message_arrives_once_and_in_order()
    {
        using var site = new ChainSite();
        site.Uplink.Start();
        using var load = new ChainLoad(site);
        load.Publish(sensors: 4);
        await Task.Delay(3_000, Patience);
        await load.Finish(seconds: 30, Patience);
        output.WriteLine($"{load.Ledger.AcknowledgedCount} acknowledged, {load.Arrived.Count} arrived");
        Assert.True(load.Ledger.AcknowledgedCount > 100, "the load was none");
        load.Verify();
        Assert.Equal(1, site.Link.Connections);
        Assert.Equal(0, site.Uplink.Process.Terminate());
        Assert.Equal(0, site.Edge.Process.Terminate());
        Assert.Equal(0, site.Central.Process.Terminate());
    }

    [Fact]
    public async Task Two_hundred_kills_of_any_process_lose_nothing_and_bring_nothing_twice()
    {
        const int Cycles = 200;
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var site = new ChainSite();
        site.Uplink.Start();
        using var load = new ChainLoad(site);
        load.Publish(sensors: 4);
        for (var cycle = 0; cycle < Cycles; cycle++)
        {
            await Task.Delay(random.Next(20, 150), Patience);
            switch (random.Next(3))
            {
                case 0:
                    site.Edge.Process.Kill();
                    site.Edge.Start();
                    break;
                case 1:
                    site.Uplink.Process.Kill();
                    site.Uplink.Start();
                    break;
                default:
                    site.Central.Process.Kill();
                    site.RestartCentral();
                    break;
            }
            if (cycle % 20 == 19) await load.Look(Patience);
        }
        await load.Finish(seconds: 60, Patience);
        output.WriteLine($"{load.Ledger.AcknowledgedCount} acknowledged, {load.Arrived.Count} arrived, "
            + $"{site.Link.Connections} connections upward");
        Assert.True(load.Ledger.AcknowledgedCount > Cycles, "the load was none");
        load.Verify();
    }

    [Fact]
    public async Task A_link_that_is_cut_stalled_and_corrupted_loses_nothing()
    {
        using var site = new ChainSite(uplink: """ "Window": { "StallSeconds": 2 }, """, isSecure: true);
        site.Uplink.Start();
        site.Link.Delay = TimeSpan.FromMilliseconds(10);
        using var load = new ChainLoad(site);
        load.Publish(sensors: 4);
        var random = new Random(1);
        for (var turn = 0; turn < 40; turn++)
        {
            await Task.Delay(random.Next(50, 250), Patience);
            switch (turn % 4)
            {
                case 0:
                    site.Link.Cut();
                    break;
                case 1:
                    site.Link.CorruptNext();
                    break;
                case 2 when turn % 8 == 2:
                    site.Link.IsStalled = true;
                    await Task.Delay(3_000, Patience);
                    site.Link.IsStalled = false;
                    break;
                case 3:
                    site.Link.IsDown = true;
                    site.Link.Cut();
                    await Task.Delay(300, Patience);
                    site.Link.IsDown = false;
                    break;
            }
        }
        await load.Finish(seconds: 60, Patience);
        output.WriteLine($"{load.Ledger.AcknowledgedCount} acknowledged, {load.Arrived.Count} arrived, "
            + $"{site.Link.Connections} connections upward");
        Assert.True(site.Link.Connections > 10, "the link was never cut");
        load.Verify();
    }

    [Fact]
    public async Task Over_a_hundred_milliseconds_and_one_percent_of_loss_all_is_in_order()
    {
        using var site = new ChainSite();
        (site.Link.Delay, site.Link.Loss) = (TimeSpan.FromMilliseconds(50), 0.01);
        site.Uplink.Start();
        using var load = new ChainLoad(site);
        load.Publish(sensors: 8);
        await Task.Delay(10_000, Patience);
        await load.Finish(seconds: 60, Patience);
        output.WriteLine($"{load.Ledger.AcknowledgedCount} acknowledged, {load.Arrived.Count} arrived");
        Assert.True(load.Ledger.AcknowledgedCount > 1_000, "the load was none");
        load.Verify();
        Assert.Equal(1, site.Link.Connections);
    }

    [Fact]
    public async Task What_sensors_say_of_streams_is_not_believed()
    {
        using var site = new ChainSite();
        site.Uplink.Start();
        await using (var forger = await FiveClient.Connect(site.Edge.Port, "forger", Patience))
        {
            await forger.Publish("plant/x", "1", 1, Patience, ("lmq-client", "GID_plant@@@other"),
                ("lmq-seq", "99"), ("lmq-epoch", "1-00000000000000000000000000000001"),
                ("lmq-gateway", "GID_gate@@@other"), ("site", "north"));
            await forger.Publish("plant/x", "2", 1, Patience, ("lmq-gap", "1-9:policy"));
        }
        var arrived = await site.Reader.ReadUntil("plant", static all => all.Count >= 2, 20, Patience);
        Assert.Equal([("GID_sensors@@@forger", 1L, "1"), ("GID_sensors@@@forger", 2L, "2")],
            arrived.Select(static one => (one.Client, one.Sequence, CoreReader.Text(one))));
    }

    [Fact]
    public async Task From_above_a_message_reaches_a_client_behind_the_gateway()
    {
        using var site = new ChainSite(login: $$"""
            "Login": "signature", "User": "{{CentralSite.Key}}", "SecretFile": "SECRET",
            "Filters": [ "cmd/#" ]
            """);
        site.Uplink.Start();
        using var sensor = TinyClient.Connect(site.Edge.Port, "DVES_1", clean: false);
        sensor.Subscribe("cmd/#", 1);
        sensor.Publish("plant/a", "here I am"u8.ToArray(), 1, 1);
        sensor.Expect(PacketType.PubAck);
        var up = await site.Reader.ReadUntil("plant", static all => all.Count > 0, 20, Patience);
        Assert.Equal("GID_sensors@@@DVES_1", Assert.Single(up).Client);
        using var app = TinyClient.Connect(site.Central.Port, "GID_app@@@1", clean: false,
            user: CentralSite.Key, password: CentralSite.Password("GID_app"));
        app.Publish("cmd/all", "to all"u8.ToArray(), 1, 1);
        var down = sensor.Expect(PacketType.Publish);
        Assert.Equal(("cmd/all", "to all"), (down.Topic, Encoding.UTF8.GetString(down.Payload)));
        sensor.Ack(PacketType.PubAck, down.Id);
        app.Publish("cmd/p2p/GID_sensors@@@DVES_1", "to you"u8.ToArray(), 1, 2);
        down = sensor.Expect(PacketType.Publish);
        Assert.Equal(("cmd/p2p/GID_sensors@@@DVES_1", "to you"),
            (down.Topic, Encoding.UTF8.GetString(down.Payload)));
        sensor.Ack(PacketType.PubAck, down.Id);
        // What came down does not go up again: the core has each once.
        var core = await site.Reader.ReadUntil("cmd", static all => all.Count > 2, 2, Patience);
        Assert.Equal(2, core.Count);
    }

    [Fact]
    public async Task Of_two_boxes_with_one_id_the_later_one_serves_and_the_other_is_told()
    {
        using var site = new ChainSite();
        site.Uplink.Start();
        using var load = new ChainLoad(site);
        load.Publish(sensors: 1);
        await Task.Delay(1_000, Patience);
        using var otherEdge = new EdgeSite();
        otherEdge.Start();
        using var otherUplink = new UplinkSite(otherEdge.Port, site.Link.Port);
        otherUplink.Start();
        await Until(() => site.Uplink.Status().TryGetProperty("state", out var state)
            && state.GetString() == "superseded", 20);
        Assert.Contains("superseded", site.Uplink.Process.Log);
        var connections = site.Link.Connections;
        using (var sensor = TinyClient.Connect(otherEdge.Port, "other"))
        {
            sensor.Publish("plant/other", Ledger.Payload("other", 0), 1, 1);
            sensor.Expect(PacketType.PubAck);
        }
        load.Ledger.Sent("other", 0);
        await Task.Delay(2_000, Patience);
        await load.Look(Patience);
        Assert.Contains(load.Arrived, static one => one.Client == "GID_sensors@@@other");
        Assert.True(site.Link.Connections - connections < 3, "both boxes come back for ever");
        // The operator says which box is the right one: what it kept goes up.
        using var operators = site.Central.Operator();
        var gateways = await operators.GetStringAsync("v1/gateways", Patience);
        output.WriteLine(gateways);
        otherUplink.Process.Terminate();
    }

    internal static async Task Until(Func<bool> isSo, int seconds)
    {
        var until = Environment.TickCount64 + seconds * 1_000;
        while (!isSo())
        {
            Assert.True(Environment.TickCount64 < until, "it did not come to it");
            await Task.Delay(100, Patience);
        }
    }
}
