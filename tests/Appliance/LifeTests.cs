using LightMq.Appliance.Board;
using LightMq.Appliance.Long;
using LightMq.Process.Clients;
using Xunit;

namespace LightMq.Appliance;

/// <summary>The life of one box, step by step: each begins where the one before has ended.</summary>
[TestMethodOrderer(typeof(StepOrder))]
public sealed class LifeTests(Box box, ITestOutputHelper output) : IClassFixture<Box>
{
    private const int ResidentKilobytesMax = 80 * 1_024;

    private static int Cuts => LongFactAttribute.IsAsked ? 20 : 2;
    private static CancellationToken Patience => TestContext.Current.CancellationToken;

    [Fact]
    [Step(1)]
    public async Task A_file_with_mistakes_is_told_on_the_card_and_nothing_of_it_is_taken()
    {
        using var step = box.Begin(1);
        await box.Machine.Fat.Write("lightmq.txt", "﻿" + box.Settings
            .Replace("mqtt = plain", "mqtt = plane").Replace("sensors-group", "sensor-group"));
        box.Machine.PowerOn();
        string? told = null;
        await box.Machine.Await("lightmq-errors.txt", 240,
            async () => (told = await box.Machine.Fat.Read("lightmq-errors.txt")) is { Length: > 0 });
        output.WriteLine(told!);
        Assert.Contains("plane", told);
        Assert.Contains("sensors-group", told);
        Assert.DoesNotContain(Process.Chain.CentralSite.Secret, told);
        var lost = box.Machine.CutPower(new Random(1));
        output.WriteLine($"{lost} blocks were lost with the power");
        step.End();
    }

    [Fact]
    [Step(2)]
    public async Task Dropped_file_makes_a_gateway_that_sensors_and_the_central_find()
    {
        using var step = box.Begin(2);
        await box.Machine.Fat.Write("lightmq.txt", box.Settings);
        box.Machine.PowerOn();
        output.WriteLine($"power to first CONNACK: {await box.AwaitSensors():F0} s");
        using var load = box.Load();
        load.Publish(sensors: 3);
        await Task.Delay(10_000, Patience);
        await load.Finish(120, Patience);
        Assert.True(load.Ledger.AcknowledgedCount > 50, "the load was none");
        load.Verify();
        await AssertStockClientsAreServed();
        await box.AwaitHealth();
        await AssertWallsStand();
        output.WriteLine(await box.Machine.Shell.Run(
            "systemd-analyze; systemd-analyze critical-chain lightmq-edgebroker.service; lightmq status"));
        var resident = await box.Resident();
        output.WriteLine($"resident: {string.Join(", ", resident)} KiB");
        Assert.InRange(resident.Values.Sum(), 1, ResidentKilobytesMax);
        Assert.DoesNotContain(Process.Chain.CentralSite.Secret, await box.Machine.Fat.Read("lightmq.txt"));
        Assert.Equal("", await box.Machine.Shell.Run("systemctl --failed --no-legend"));
        using var stick = await UsbStick.Make();
        await stick.Add("holiday.jpg", [1, 2, 3]);
        box.Machine.PlugIn(stick);
        await box.Machine.Await("look at the stick", 120, async () => (await box.Machine.Shell.TryRun(
            "journalctl -b -o cat -u 'lightmq-usb@*'")).Output.Contains("there is no update on it"));
        box.Machine.PullOut();
        step.End();
    }

    [Fact]
    [Step(3)]
    public async Task Power_cuts_under_load_lose_nothing_that_was_acknowledged()
    {
        using var step = box.Begin(3);
        using var load = box.Load();
        load.Publish(sensors: 3);
        var chance = new Random(Environment.TickCount);
        for (var cut = 0; cut < Cuts; cut++)
        {
            // Without the central everything goes to the card.
            if (cut % 2 == 0) box.KillCentral();
            await Task.Delay(chance.Next(5_000, 15_000), Patience);
            output.WriteLine($"{box.Machine.CutPower(chance)} blocks were lost with the power");
            if (cut % 2 == 0) box.RestartCentral();
            box.Machine.PowerOn();
            await box.AwaitSensors();
        }
        await load.Finish(180, Patience);
        output.WriteLine($"{load.Ledger.AcknowledgedCount} acknowledged, {load.Arrived.Count} arrived");
        Assert.True(load.Ledger.AcknowledgedCount > 100, "the load was none");
        load.Verify();
        Assert.DoesNotContain("INCONSISTENCY", await box.Machine.Shell.Run("cat /run/lightmq/fsck.log"));
        await box.Machine.Shell.Run("test ! -e /run/lightmq/no-data");
        step.End();
    }

    [Fact]
    [Step(4)]
    public async Task Update_by_command_stays_and_loses_nothing_that_waited()
    {
        using var step = box.Begin(4);
        using var load = box.Load(perSecond: 2);
        await box.AwaitHealth();
        await box.Updates.Trust(box.Machine.Shell);
        box.KillCentral();
        load.Publish(sensors: 3);
        await Task.Delay(5_000, Patience);
        box.Updates.Order("one", "good.raucb");
        await box.Machine.Await("slot B", 1_200, async () => await box.TrySlot() == "B");
        box.RestartCentral();
        await box.AwaitHealth();
        Assert.EndsWith(".1", await box.Version());
        await load.Finish(180, Patience);
        load.Verify();
        var result = await box.Updates.Result("one", Patience);
        output.WriteLine(result);
        Assert.Contains("\"done\"", result);
        step.End();
    }

    [Fact]
    [Step(5)]
    public async Task Tampered_update_is_refused_and_nothing_changes()
    {
        using var step = box.Begin(5);
        box.Updates.Order("two", "tampered.raucb");
        var result = await box.Updates.Result("two", Patience);
        output.WriteLine(result);
        Assert.DoesNotContain("\"done\"", result);
        Assert.Equal("B", await box.Slot());
        step.End();
    }

    [Fact]
    [Step(6)]
    public async Task Update_that_does_not_start_is_rolled_back_and_stays_so_over_a_power_cut()
    {
        using var step = box.Begin(6);
        using var load = box.Load(perSecond: 2);
        load.Publish(sensors: 3);
        box.Updates.Order("three", "stub.raucb");
        await box.Updates.AwaitProgress("three", "installing", 0, Patience);
        // What waits now is delivered after the way back.
        box.KillCentral();
        await box.Machine.AwaitConsole("starting slot A", 1_200);
        await box.AwaitSensors();
        box.RestartCentral();
        var result = await box.Updates.Result("three", Patience, seconds: 600);
        output.WriteLine(result);
        Assert.Contains("rolled-back", result);
        await box.AwaitHealth();
        box.KillCentral();
        await Task.Delay(5_000, Patience);
        output.WriteLine($"{box.Machine.CutPower(new Random(6))} blocks were lost with the power");
        box.RestartCentral();
        box.Machine.PowerOn();
        await box.AwaitSensors();
        Assert.Equal("B", await box.Slot());
        Assert.EndsWith(".1", await box.Version());
        await load.Finish(180, Patience);
        load.Verify();
        // After all these cuts and ways back.
        await box.Machine.ShutDown();
        await FileSystems.AssertClean(box.Machine.Card.Image);
        step.End();
    }

    private async Task AssertStockClientsAreServed()
    {
        string[] login =
        [
            "-h", "127.0.0.1", "-p", $"{box.Machine.MqttPort}", "-u", Box.Sensor, "-P", Box.SensorPassword,
            "-q", "1", "-t", "hall/greeting",
        ];
        await Tool.Run("mosquitto_pub", [.. login, "-r", "-m", "good morning"]);
        var heard = await Tool.Run("mosquitto_sub", [.. login, "-C", "1", "-W", "30"]);
        Assert.Equal("good morning", heard.Trim());
    }

    // What docs/SECURITY.md promises of the box, as it runs.
    private async Task AssertWallsStand()
    {
        var shell = box.Machine.Shell;
        Assert.NotEqual(0, (await shell.TryRun("touch /usr/lib/lightmq/x")).Status);
        var open = await shell.Run("nft list ruleset");
        output.WriteLine(open);
        Assert.Contains("tcp dport { 22, 1883 } accept", open);
        Assert.Contains("hook input priority filter; policy drop", open);
        Assert.Equal("", await shell.Run("awk -F: '$2 !~ /^[!*]/ { print $1 }' /etc/shadow"));
        Assert.Contains("passwordauthentication no", await shell.Run("sshd -T"));
        Assert.Contains(":5353", await shell.Run("ss -lun"));
    }
}
