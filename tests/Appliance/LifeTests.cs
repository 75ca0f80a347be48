using LightMq.Process.Load;
using Xunit;

namespace LightMq.Appliance;

/// <summary>The life of one box, step by step: each begins where the one before has ended.</summary>
[TestMethodOrderer(typeof(StepOrder))]
public sealed class LifeTests(Box box, ITestOutputHelper output) : IClassFixture<Box>
{
    private const int Cuts = 3;
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
        using var load = new ChainLoad(() => box.Machine.MqttPort, box.Reader)
        {
            PerSecond = 20, Login = (Box.Sensor, Box.SensorPassword),
        };
        load.Publish(sensors: 3);
        await Task.Delay(10_000, Patience);
        await load.Finish(120, Patience);
        Assert.True(load.Ledger.AcknowledgedCount > 50, "the load was none");
        load.Verify();
        await box.AwaitHealth();
        output.WriteLine(await box.Machine.Shell.Run("systemd-analyze; systemd-analyze critical-chain lightmq-edgebroker.service"));
        Assert.DoesNotContain(Process.Chain.CentralSite.Secret, await box.Machine.Fat.Read("lightmq.txt"));
        Assert.Equal("", await box.Machine.Shell.Run("systemctl --failed --no-legend"));
        step.End();
    }

    [Fact]
    [Step(3)]
    public async Task Power_cuts_under_load_lose_nothing_that_was_acknowledged()
    {
        using var step = box.Begin(3);
        using var load = new ChainLoad(() => box.Machine.MqttPort, box.Reader)
        {
            PerSecond = 20, Login = (Box.Sensor, Box.SensorPassword),
        };
        load.Publish(sensors: 3);
        var chance = new Random(Environment.TickCount);
        for (var cut = 0; cut < Cuts; cut++)
        {
            await Task.Delay(chance.Next(2_000, 15_000), Patience);
            output.WriteLine($"{box.Machine.CutPower(chance)} blocks were lost with the power");
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
}
