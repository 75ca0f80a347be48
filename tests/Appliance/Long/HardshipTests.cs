using LightMq.Appliance.Board;
using Xunit;

namespace LightMq.Appliance.Long;

/// <summary>Boxes whose card, clock or network is not as it should be.</summary>
public sealed class HardshipTests(ITestOutputHelper output)
{
    private static CancellationToken Patience => TestContext.Current.CancellationToken;

    [LongFact]
    public async Task Full_data_partition_withholds_acknowledgements_over_a_power_cut_and_loses_nothing()
    {
        using var box = new Box();
        await box.Start();
        using var load = box.Load();
        box.KillCentral();
        load.Publish(sensors: 3);
        await box.Machine.Shell.Run("i=0; for size in 64M 4M 256K 4K; do "
            + "while fallocate -l $size /data/fill.$i 2>/dev/null; do i=$((i+1)); done; done; sync");
        await box.Machine.Await("withheld acknowledgements", 300, async () =>
        {
            var before = load.Ledger.AcknowledgedCount;
            await Task.Delay(10_000, Patience);
            return load.Ledger.AcknowledgedCount == before;
        });
        box.Machine.CutPower(new Random(3));
        box.Machine.PowerOn();
        await box.AwaitSensors();
        output.WriteLine(await box.Machine.Shell.Run("df -h /data; lightmq status"));
        await box.Machine.Shell.Run("rm /data/fill.*");
        box.RestartCentral();
        await load.Finish(600, Patience);
        output.WriteLine($"{load.Ledger.AcknowledgedCount} acknowledged");
        load.Verify();
    }

    [LongFact]
    public async Task Clock_of_1970_serves_and_says_so_and_may_be_set_under_load()
    {
        using var box = new Box();
        box.Machine.Clock = DateTime.UnixEpoch;
        await box.Start(box.Settings.Replace("trusted-clock = yes", ""));
        using var load = box.Load();
        load.Publish(sensors: 3);
        await Task.Delay(5_000, Patience);
        // Not before the image was made.
        Assert.True(int.Parse(await box.Machine.Shell.Run("date +%Y")) >= 2026);
        Assert.Contains("not set from the network", await box.Machine.Shell.Run("lightmq status"));
        await box.Machine.Shell.Run("date -s '2031-05-06 07:08:09'");
        await Task.Delay(5_000, Patience);
        await load.Finish(180, Patience);
        load.Verify();
        // The last known time is kept.
        await box.Machine.ShutDown();
        box.Machine.PowerOn();
        await box.AwaitSensors();
        Assert.True(int.Parse(await box.Machine.Shell.Run("date +%Y")) >= 2031);
    }

    [LongFact]
    public async Task Card_whose_first_partition_cannot_be_read_goes_on_as_before()
    {
        using var box = new Box();
        await box.Start();
        box.Machine.CutPower(new Random(4));
        box.Machine.Fat.HideFromLinux();
        box.Machine.PowerOn();
        await box.AwaitSensors();
        await box.AwaitHealth();
        using var load = box.Load();
        load.Publish(sensors: 3);
        await Task.Delay(5_000, Patience);
        await load.Finish(120, Patience);
        load.Verify();
        var status = await box.Machine.Shell.Run("lightmq status");
        output.WriteLine(status);
        Assert.Contains("cannot be read", status);
    }

    [LongFact]
    public async Task Card_that_is_too_small_says_so_on_its_first_partition()
    {
        using var machine = new Machine(cardBytes: 512L << 20);
        machine.PowerOn();
        string? told = null;
        await machine.Await("lightmq-errors.txt", 240,
            async () => (told = await machine.Fat.Read("lightmq-errors.txt")) is { Length: > 0 });
        Assert.Contains("smaller than the image", told);
    }

    [LongFact]
    public async Task Without_a_network_it_becomes_healthy_and_serves_when_the_cable_comes()
    {
        using var box = new Box();
        await box.Machine.Fat.Write("lightmq.txt", box.Settings);
        box.Machine.PowerOn();
        box.Machine.Cable(isIn: false);
        string? status = null;
        await box.Machine.Await("lightmq-status.txt", 400,
            async () => (status = await box.Machine.Fat.Read("lightmq-status.txt")) is { Length: > 0 });
        output.WriteLine(status!);
        Assert.Contains("taken over", status);
        box.Machine.Cable(isIn: true);
        output.WriteLine($"{await box.AwaitSensors(120):F0} s after the cable");
        using var load = box.Load();
        load.Publish(sensors: 3);
        await Task.Delay(5_000, Patience);
        await load.Finish(120, Patience);
        load.Verify();
        Assert.Equal("", await box.Machine.Shell.Run("systemctl --failed --no-legend"));
    }

    [LongFact]
    public async Task Captive_network_is_not_taken_for_the_central_and_the_real_one_by_tls_is()
    {
        using var box = new Box(isSecure: true);
        using var names = new NameServer();
        using var portal = new Portal();
        var central = box.Link.TargetPort;
        box.Link.TargetPort = portal.Port;
        await box.Machine.Fat.Write("central-ca.pem", File.ReadAllBytes(box.CentralCertificate));
        await box.Start(box.Settings.Replace("tcp://10.0.2.2", "tls://central.example")
            + "\ncentral-ca = central-ca.pem\ndns = 10.0.2.2\n");
        using var load = box.Load();
        load.Publish(sensors: 3);
        await Task.Delay(20_000, Patience);
        var status = await box.Machine.Shell.Run("lightmq status");
        output.WriteLine(status);
        Assert.DoesNotContain("uplink:       up", status);
        Assert.True(portal.Visits > 0, "nobody came to the portal");
        box.Link.TargetPort = central;
        await load.Finish(300, Patience);
        load.Verify();
    }
}
