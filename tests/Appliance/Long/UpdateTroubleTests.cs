using LightMq.Appliance.Board;
using LightMq.Process.Broker;
using Xunit;

namespace LightMq.Appliance.Long;

/// <summary>Updates that go wrong, come twice, or come by a USB stick.</summary>
public sealed class UpdateTroubleTests(ITestOutputHelper output)
{
    private static CancellationToken Patience => TestContext.Current.CancellationToken;

    private static string Bundles => Path.Combine(Repository.Root, "artifacts", "image", "updates");

    [LongFact]
    public async Task Kernel_that_hangs_is_reset_by_the_watchdog_and_the_former_system_serves()
    {
        using var box = new Box();
        await box.StartForUpdates();
        using var load = box.Load(perSecond: 2);
        load.Publish(sensors: 3);
        box.Updates.Order("one", "hung.raucb");
        await box.Machine.AwaitConsole("starting slot B", 1_200);
        var result = await box.Updates.Result("one", Patience, seconds: 600);
        output.WriteLine(result);
        Assert.Contains("rolled-back", result);
        Assert.Equal("A", await box.Slot());
        await box.AwaitHealth();
        await load.Finish(180, Patience);
        load.Verify();
    }

    [LongFact]
    public async Task System_that_starts_and_is_not_healthy_is_rolled_back_and_not_tried_again()
    {
        using var box = new Box();
        await box.StartForUpdates();
        box.Updates.Order("one", "bad.raucb");
        await box.Machine.AwaitConsole("starting slot B", 1_200);
        var result = await box.Updates.Result("one", Patience, seconds: 900);
        output.WriteLine(result);
        Assert.Contains("rolled-back", result);
        await box.AwaitHealth();
        box.Machine.CutPower(new Random(7));
        box.Machine.PowerOn();
        await box.AwaitSensors();
        Assert.Equal("A", await box.Slot());
    }

    [LongFact]
    public async Task Second_update_is_refused_while_the_first_goes_on()
    {
        using var box = new Box();
        await box.StartForUpdates();
        box.Updates.Order("one", "good.raucb");
        await box.Updates.AwaitProgress("one", "downloading", 10, Patience);
        box.Updates.Order("two", "good.raucb");
        Assert.Contains("busy", await box.Updates.Result("two", Patience));
        await box.Updates.AwaitProgress("one", "installing", 0, Patience);
        box.Updates.Order("three", "bad.raucb");
        Assert.Contains("busy", await box.Updates.Result("three", Patience));
        Assert.NotEqual(0, (await box.Machine.Shell.TryRun("lightmq update install /nowhere.raucb")).Status);
        Assert.Contains("\"done\"", await box.Updates.Result("one", Patience, seconds: 1_200));
        Assert.Equal("B", await box.Slot());
    }

    [LongFact]
    public async Task Stick_full_of_rubbish_changes_nothing_and_one_with_an_update_brings_it()
    {
        using var box = new Box();
        await box.Start();
        await Rubbish(box);
        using var stick = await UsbStick.Make();
        await stick.Add(Path.Combine(Bundles, "good.raucb"), "update.raucb");
        box.Machine.PlugIn(stick);
        await box.Machine.Await("slot B", 1_200, async () => await box.TrySlot() == "B");
        await box.AwaitHealth();
        Assert.Contains("installed", await box.Machine.Shell.Run("lightmq update status"));
        Assert.Equal("", await box.Machine.Shell.Run("systemctl --failed --no-legend"));
    }

    [LongFact]
    public async Task Stick_with_a_system_that_is_not_healthy_does_not_go_round_and_round()
    {
        const string Journal = "journalctl -b -o cat -u 'lightmq-usb@*'";
        using var box = new Box();
        await box.Start();
        using var stick = await UsbStick.Make();
        await stick.Add(Path.Combine(Bundles, "bad.raucb"), "update.raucb");
        box.Machine.PlugIn(stick);
        await box.Machine.AwaitConsole("starting slot B", 1_200);
        await box.Machine.Await("the way back", 900, async () => await box.TrySlot() == "A"
            && (await box.Machine.Shell.TryRun("lightmq update status")).Output.Contains("rolled-back"));
        await box.Machine.Await("the stick to be left alone", 240, async () =>
            (await box.Machine.Shell.TryRun(Journal)).Output.Contains("was rolled back on this box"));
        // Somebody wants it tried once more.
        box.Machine.PullOut();
        await Task.Delay(5_000, Patience);
        box.Machine.PlugIn(stick);
        await box.Machine.Await("the stick to be taken", 240, async () =>
            (await box.Machine.Shell.TryRun(Journal)).Output.Contains("is copied from the stick"));
    }

    private async Task Rubbish(Box box)
    {
        using (var stick = await UsbStick.Make())
        {
            await stick.Add(Path.Combine(Bundles, "tampered.raucb"), "a.raucb");
            var noise = new byte[100_000];
            new Random(1).NextBytes(noise);
            await stick.Add("noise.raucb", noise);
            await stick.Add("empty.raucb", []);
            await stick.Add("._update.raucb", noise);
            await stick.AddFolder("folder.raucb");
            await Plug(box, stick);
        }
        using (var stick = await UsbStick.Make())
        {
            stick.Ruin(new Random(2));
            await Plug(box, stick);
        }
        Assert.Equal("A", await box.Slot());
        // What looked at the stick says that it was in vain; nothing else has failed.
        Assert.DoesNotContain(
            (await box.Machine.Shell.Run("systemctl --failed --no-legend --plain")).Split('\n'),
            static unit => unit.Length > 0 && !unit.StartsWith("lightmq-usb@", StringComparison.Ordinal));
    }

    private async Task Plug(Box box, UsbStick stick)
    {
        box.Machine.PlugIn(stick);
        await Task.Delay(60_000, Patience);
        await box.Machine.Await("the end of what the stick began", 600, async () =>
            !(await box.Machine.Shell.TryRun("systemctl is-active 'lightmq-usb@*'")).Output.Split('\n')
                .Any(static state => state is "active" or "activating"));
        output.WriteLine(await box.Machine.Shell.Run("journalctl -b -o cat -u 'lightmq-usb@*'"));
        box.Machine.PullOut();
        await Task.Delay(5_000, Patience);
    }
}
