using LightMq.Appliance.Board;
using Xunit;

namespace LightMq.Appliance.Long;

/// <summary>The power goes at a step of an update: one of the two starts, and nothing is lost.</summary>
public sealed class UpdateCutTests(ITestOutputHelper output)
{
    private static CancellationToken Patience => TestContext.Current.CancellationToken;

    [LongFact]
    public Task Power_cut_while_it_is_downloaded() =>
        Cut(box => box.Updates.AwaitProgress("one", "downloading", 40, Patience));

    [LongFact]
    public Task Power_cut_while_it_is_checked() =>
        Cut(box => box.Updates.AwaitProgress("one", "checking", 0, Patience));

    [LongFact]
    public Task Power_cut_as_the_slot_begins_to_be_written() =>
        Cut(box => box.Updates.AwaitProgress("one", "installing", 0, Patience));

    [LongFact]
    public Task Power_cut_while_the_slot_is_written() => Cut(async box =>
    {
        await box.Updates.AwaitProgress("one", "installing", 0, Patience);
        await Task.Delay(20_000, Patience);
    });

    [LongFact]
    public Task Power_cut_as_the_slots_are_switched() =>
        Cut(box => box.Updates.AwaitProgress("one", "restarting", 0, Patience));

    [LongFact]
    public Task Power_cut_while_the_new_kernel_starts() =>
        Cut(box => box.Machine.AwaitConsole("starting slot B", 1_200));

    [LongFact]
    public Task Power_cut_before_the_new_system_is_found_healthy() => Cut(async box =>
    {
        await box.Machine.AwaitConsole("starting slot B", 1_200);
        await box.AwaitSensors();
    });

    private async Task Cut(Func<Box, Task> moment)
    {
        using var box = new Box();
        await box.StartForUpdates();
        using var load = box.Load(perSecond: 2);
        load.Publish(sensors: 3);
        box.Updates.Order("one", "good.raucb");
        await moment(box);
        output.WriteLine($"{box.Machine.CutPower(new Random())} blocks were lost with the power");
        box.Machine.PowerOn();
        await box.AwaitSensors();
        await box.AwaitHealth();
        var result = await box.Updates.Result("one", Patience, seconds: 1_200);
        output.WriteLine($"in slot {await box.Slot()}: {result}");
        // Whatever became of it, the next one is taken.
        if (!result.Contains("\"done\"", StringComparison.Ordinal))
        {
            Assert.Equal("A", await box.Slot());
            box.Updates.Order("two", "good.raucb");
            Assert.Contains("\"done\"", await box.Updates.Result("two", Patience, seconds: 1_200));
        }
        Assert.Equal("B", await box.Slot());
        await load.Finish(180, Patience);
        load.Verify();
        await UpdateShop.AssertNothingIsLeft(box.Machine.Shell);
        await box.Machine.ShutDown();
        await FileSystems.AssertClean(box.Machine.Card.Image);
    }
}
