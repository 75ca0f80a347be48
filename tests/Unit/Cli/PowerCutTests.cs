using LightMq.Cli.Provision;
using LightMq.Cli.Sheet;
using Xunit;

namespace LightMq.Unit.Cli;

/// <summary>The power may go anywhere while a sheet is taken over, and again while that is finished.</summary>
public sealed class PowerCutTests
{
    private const string Hash =
        "pbkdf2-sha256$1000$c2FsdHNhbHRzYWx0c2FsdA==$Yt2LoT3JHfzVtZVHrGeWYXKDYtPJY2yDxmkMCPQ+C3g=";

    private const string Second = $"""
        group = GID_plant
        device = gateway8
        central = central.example
        app-server = https://central.example:8443
        enrolment-code = second-code
        access-key = second-key
        secret-key = second-secret
        upward = plant/#, office/#
        mqtt = plain, lmq 1884
        user = boiler
        password = {Hash}
        wifi = Plant floor
        wifi-password = second-password
        wifi-country = DE
        time-zone = Europe/Berlin
        """;

    private static readonly string[] Secrets =
        ["second-code", "second-secret", "second-password", Hash];

    [Theory]
    [InlineData(CutAt.Before)]
    [InlineData(CutAt.Within)]
    [InlineData(CutAt.After)]
    public void A_cut_at_any_change_loses_no_secret_and_the_next_start_finishes(CutAt at)
    {
        var cut = 0;
        for (var isCut = true; isCut; )
        {
            using var box = Provisioned();
            isCut = Cut(box, ++cut, at);
            Assert.All(Secrets, secret => Assert.Contains(secret, box.CardBytes() + box["/data/lightmq/provisioned/lightmq.txt"]));
            AssertFinished(box, cut);
        }
        Assert.True(cut > 12, $"only {cut} changes");
    }

    [Fact]
    public void Cuts_at_any_two_changes_lose_nothing_either()
    {
        var chance = new Random(90);
        for (var i = 0; i < 200; i++)
        {
            using var box = Provisioned();
            for (var cuts = 0; cuts < 3; cuts++) Cut(box, chance.Next(1, 22), (CutAt)chance.Next(3));
            AssertFinished(box, i);
        }
    }

    [Fact]
    public void The_first_sheet_of_a_new_box_survives_cuts_too()
    {
        for (var cut = 1; cut < 40; cut++)
        {
            using var box = new BoxRig();
            box.Write(Second);
            Cut(box, cut, (CutAt)(cut % 3));
            AssertFinished(box, cut);
        }
    }

    [Theory]
    [InlineData(CutAt.Before)]
    [InlineData(CutAt.Within)]
    [InlineData(CutAt.After)]
    public void A_reset_that_is_cut_goes_on_at_the_next_start_and_leaves_no_secret(CutAt at)
    {
        var cut = 0;
        for (var isCut = true; isCut; )
        {
            using var box = Provisioned();
            File.Delete(box.SheetPath);
            FactoryReset.Ask(box.Paths, new LightMq.Cli.Board.BoxDisk(null));
            isCut = Cut(box, ++cut, at);
            Assert.Equal(ProvisionOutcome.Unprovisioned, box.Run().Outcome);
            Assert.DoesNotContain(box.Files().Values, text => text.Contains("my-secret"));
            Assert.DoesNotContain("GID_plant", box["/etc/lightmq/lightmq.json"]);
            Assert.False(File.Exists(box.Paths.ResetMarker));
        }
        Assert.True(cut > 12, $"only {cut} changes");
    }

    [Fact]
    public void A_sheet_that_was_mended_after_a_cut_wins_over_the_one_that_was_being_cleaned()
    {
        for (var cut = 1; cut < 40; cut++)
        {
            using var box = Provisioned();
            Cut(box, cut, CutAt.Before);
            box.Write(Second.Replace("gateway8", "gateway9").Replace("second-secret", "third-secret"));
            Assert.Equal(ProvisionOutcome.Ready, box.Run().Outcome);
            Assert.Contains("gateway9", box["/etc/lightmq/uplink.json"]);
            Assert.Equal("third-secret\n", box["/etc/lightmq/secrets/secret-key"]);
            Assert.DoesNotContain("third-secret", box.CardBytes());
        }
    }

    private static BoxRig Provisioned()
    {
        var box = new BoxRig();
        Assert.Equal(ProvisionOutcome.Ready, box.Run(BoxRig.Gateway).Outcome);
        Directory.CreateDirectory(box.Paths.At("/var/lib/private/lightmq"));
        File.WriteAllText(box.Paths.At("/var/lib/private/lightmq/secret.key"), "my-secret");
        box.Write(Second);
        return box;
    }

    private static bool Cut(BoxRig box, int cut, CutAt at)
    {
        try
        {
            box.Run(new FailingDisk(cut, at));
            return false;
        }
        catch (PowerCut)
        {
            return true;
        }
    }

    private static void AssertFinished(BoxRig box, int cut)
    {
        var report = box.Run();
        Assert.True(report.Outcome == ProvisionOutcome.Ready && report.Note.Length == 0,
            $"cut {cut}: {report} {string.Join("; ", report.Mistakes)}");
        Assert.All(Secrets, secret => Assert.DoesNotContain(secret, box.CardBytes()));
        Assert.All(Secrets, secret => Assert.Contains(secret, box["/data/lightmq/provisioned/lightmq.txt"]));
        Assert.Equal("second-secret\n", box["/etc/lightmq/secrets/secret-key"]);
        Assert.Equal("second-code\n", box["/etc/lightmq/secrets/enrolment-code"]);
        Assert.Contains("second-password", box["/etc/wpa_supplicant/wpa_supplicant-wlan0.conf"]);
        Assert.Contains(Hash, box["/etc/lightmq/lightmq.json"]);
        Assert.Equal("gateway8\n", box["/etc/hostname"]);
        foreach (var user in (string[])["uplink", "agent"])
            Assert.Contains(PasswordHash.OfRandom(box[$"/etc/lightmq/secrets/{user}-password"].Trim()),
                box["/etc/lightmq/lightmq.json"]);
        var files = box.Files();
        Assert.False(box.Run().HasChanged);
        Assert.Equal(files, box.Files());
        Assert.Equal(["lightmq.txt"], Directory.EnumerateFiles(box.Paths.Boot).Select(Path.GetFileName)
            .Where(name => !name!.EndsWith('~')));
    }
}
