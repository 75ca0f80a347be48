using System.Text.Json.Nodes;
using LightMq.Process.Chain;
using Xunit;

namespace LightMq.Appliance.Long;

/// <summary>Pins of a real chip, a factory reset, and an idle hour.</summary>
public sealed class BoardTests(ITestOutputHelper output)
{
    private const string AgentFile = "/etc/lightmq/agent.json";
    private static CancellationToken Patience => TestContext.Current.CancellationToken;

    [LongFact]
    public async Task Output_and_input_on_a_real_chip_are_switched_and_read()
    {
        using var box = new Box();
        box.Machine.HasPins = true;
        await box.Start();
        var settings = JsonNode.Parse(await box.Machine.Shell.Run($"cat {AgentFile}"))!;
        settings["Outputs"] = JsonNode.Parse("""[{ "Name": "pump", "Chip": 0, "Line": 1 }]""");
        settings["Sensors"] = JsonNode.Parse("""
            [{ "Name": "door", "Kind": "gpio-input", "Chip": 0, "Line": 2, "IntervalMilliseconds": 1000 }]
            """);
        await box.Machine.Shell.Write(AgentFile, settings.ToJsonString());
        using var reader = box.Central.Reader();
        var door = await reader.ReadUntil(
            "plant", static all => Has(all, "/sensor/door", "\"state\""), 60, Patience);
        Assert.True(Has(door, "/sensor/door", "good"), "nobody reads the input");
        foreach (var (state, level) in ((string, string)[])[("on", "hi"), ("off", "lo")])
        {
            box.Updates.Command(
                $$"""{"id":"{{state}}","action":"set","output":"pump","state":"{{state}}"}""");
            Assert.Contains("\"done\"", await box.Updates.Result(state, Patience, seconds: 60));
            var chip = await box.Machine.Shell.Run(
                "mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null; cat /sys/kernel/debug/gpio");
            output.WriteLine(chip);
            Assert.Contains($"out {level}", chip);
        }
    }

    [LongFact]
    public async Task Factory_reset_leaves_nothing_and_the_box_can_be_provisioned_anew()
    {
        using var box = new Box();
        await box.Start();
        box.KillCentral();
        await box.Machine.Shell.Run("touch /data/of-the-former-life");
        await box.Machine.Shell.TryRun("lightmq factory-reset --yes");
        string? told = null;
        await box.Machine.Await("the missing secrets in lightmq-errors.txt", 400,
            async () => (told = await box.Machine.Fat.Read("lightmq-errors.txt")) is { Length: > 0 });
        output.WriteLine(told!);
        Assert.Contains("secret-key", told);
        box.Machine.CutPower(new Random(5));
        box.RestartCentral();
        await box.Start();
        Assert.Equal("", await box.Machine.Shell.Run("ls -d /data/of-the-former-life 2>/dev/null || true"));
        using var load = box.Load();
        load.Publish(sensors: 3);
        await Task.Delay(5_000, Patience);
        await load.Finish(120, Patience);
        load.Verify();
    }

    [LongFact]
    public async Task Memory_that_a_long_outage_took_is_given_back()
    {
        const int KilobytesMax = 80 * 1_024;
        using var box = new Box();
        await box.Start();
        output.WriteLine($"resident: {string.Join(", ", await box.Resident())} KiB");
        box.KillCentral();
        using var load = box.Load(perSecond: 60);
        load.Publish(sensors: 3);
        await Task.Delay(90_000, Patience);
        box.RestartCentral();
        await load.Finish(400, Patience);
        load.Verify();
        output.WriteLine($"{load.Ledger.AcknowledgedCount} messages had waited");
        Assert.True(load.Ledger.AcknowledgedCount > 5_000, "the load was none");
        output.WriteLine($"resident: {string.Join(", ", await box.Resident())} KiB");
        await box.Machine.Await("memory that is given back", 180,
            async () => (await box.Resident()).Values.Sum() <= KilobytesMax);
        output.WriteLine($"resident: {string.Join(", ", await box.Resident())} KiB");
    }

    [LongFact]
    public async Task Idle_hour_writes_little_and_takes_little()
    {
        const int Minutes = 60;
        const long BytesADayMax = 20L << 20;
        using var box = new Box();
        await box.Start();
        await Task.Delay(TimeSpan.FromMinutes(5), Patience);
        var used = await ProcessorSeconds(box);
        // Whoever logs in is noted in the journal, and that is written within a minute.
        await Task.Delay(TimeSpan.FromMinutes(1), Patience);
        var written = box.Machine.Card.BytesWritten;
        await Task.Delay(TimeSpan.FromMinutes(Minutes), Patience);
        written = box.Machine.Card.BytesWritten - written;
        foreach (var (service, after) in await ProcessorSeconds(box))
            output.WriteLine($"{service}: {(after - used[service]) / (Minutes * 60) * 100:F2} % of a core");
        output.WriteLine($"resident: {string.Join(", ", await box.Resident())} KiB");
        var aDay = written * 24 * 60 / Minutes;
        output.WriteLine($"{written} bytes written in {Minutes} minutes: {aDay} a day");
        Assert.InRange(aDay, 0, BytesADayMax);
    }

    private static bool Has(List<CoreMessage> all, string topic, string text) => all.Exists(one =>
        one.Topic.EndsWith(topic, StringComparison.Ordinal) && CoreReader.Text(one).Contains(text));

    private static async Task<Dictionary<string, double>> ProcessorSeconds(Box box)
    {
        var all = new Dictionary<string, double>();
        foreach (var service in Box.Services)
            all[service] = long.Parse(await box.Machine.Shell.Run(
                $"systemctl show --value -p CPUUsageNSec {service}")) / 1e9;
        return all;
    }
}
