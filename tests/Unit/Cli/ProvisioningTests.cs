using System.Text;
using LightMq.Cli.Provision;
using LightMq.Cli.Sheet;
using Xunit;

namespace LightMq.Unit.Cli;

/// <summary>Taking a sheet over: what stays, what goes, what is told.</summary>
public sealed class ProvisioningTests
{
    [Fact]
    public void Secrets_leave_the_card_and_all_else_stays_as_it_was()
    {
        using var box = new BoxRig();
        var sheet = "\uFEFF# mine\r\n" + BoxRig.Gateway.ReplaceLineEndings("\r\n") + "\r\n# end";
        Assert.Equal(ProvisionOutcome.Ready, box.Run(sheet).Outcome);
        var lines = Encoding.UTF8.GetString(File.ReadAllBytes(box.SheetPath)).Split("\r\n");
        var before = sheet.Split("\r\n");
        Assert.Equal(before.Where(line => !line.StartsWith("secret-key")),
            lines.Where(line => !line.StartsWith("# secret-key")));
        Assert.Contains("was taken over and is kept in the box (2",
            lines[Array.FindIndex(before, line => line.StartsWith("secret-key"))]);
        Assert.Equal("my-secret\n", box["/etc/lightmq/secrets/secret-key"]);
        Assert.False(box.Mount.IsWritable);
    }

    [Fact]
    public void A_later_start_without_secrets_keeps_them_writes_nothing_and_leaves_the_card_alone()
    {
        using var box = new BoxRig();
        box.Run(BoxRig.Gateway + "\nuser = boiler\npassword = boiler-password\nadmin-password = "
            + "console-password");
        var files = box.Files();
        var times = box.Mount.Times;
        var card = File.GetLastWriteTimeUtc(box.SheetPath);
        var report = box.Run();
        Assert.Equal((ProvisionOutcome.Ready, false), (report.Outcome, report.HasChanged));
        Assert.Equal(files, box.Files());
        Assert.Equal((times, card), (box.Mount.Times, File.GetLastWriteTimeUtc(box.SheetPath)));
        Assert.DoesNotContain(files.Values, text => text.Contains("boiler-password")
            || text.Contains("console-password"));
        Assert.True(PasswordHash.Matches(
            box["/etc/lightmq/secrets/admin-password-hash"].Trim(), "console-password"));
    }

    [Fact]
    public void A_changed_line_takes_its_new_secret_and_the_others_stay()
    {
        using var box = new BoxRig();
        box.Run(BoxRig.Gateway + "\nwifi = a\nwifi-password = password-a\nwifi = b\nwifi-password = "
            + "password-b\nwifi-country = DE");
        var text = File.ReadAllText(box.SheetPath);
        File.WriteAllText(box.SheetPath, text.Replace("wifi = b\n", "wifi = b\nwifi-password = "
            + "password-c\n"));
        Assert.Equal(ProvisionOutcome.Ready, box.Run().Outcome);
        var wifi = box["/etc/wpa_supplicant/wpa_supplicant-wlan0.conf"];
        Assert.Contains("password-a", wifi);
        Assert.Contains("password-c", wifi);
        Assert.DoesNotContain("password-b", wifi);
        Assert.DoesNotContain("password-c", box.CardBytes());
    }

    [Fact]
    public void Another_access_key_does_not_take_the_secret_of_the_one_before()
    {
        using var box = new BoxRig();
        box.Run(BoxRig.Gateway);
        File.WriteAllText(box.SheetPath, File.ReadAllText(box.SheetPath).Replace("my-key", "other-key"));
        var report = box.Run();
        Assert.Equal(ProvisionOutcome.Mistakes, report.Outcome);
        Assert.Contains("secret-key is missing", Assert.Single(report.Mistakes).Text);
        Assert.Contains("my-key", box["/etc/lightmq/uplink.json"]);
    }

    [Fact]
    public void All_mistakes_are_told_at_once_and_nothing_of_the_sheet_is_taken()
    {
        using var box = new BoxRig();
        box.Run(BoxRig.Gateway);
        var files = box.Files();
        var report = box.Run("""
            group = plant
            device = new name
            hostname = -x
            central = tcp://
            upward = #/plant
            address = 192.168.1.5
            wifi = floor
            time-zone = Berlin/Europe!
            mqtt = maybe
            user = boiler
            password = short
            full-disk = burn
            ssh-key = ssh-ed25519 AAAA
            update-window = night
            unknown = 1
            """);
        Assert.Equal(ProvisionOutcome.Mistakes, report.Outcome);
        Assert.Equal([0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15],
            report.Mistakes.Select(mistake => mistake.Line).Order());
        var page = box[Card.ErrorsName];
        Assert.Contains("16 mistakes", page);
        Assert.Contains("Line 6: address: '192.168.1.5' is not dhcp, or an address with the length", page);
        Assert.Equal(files, box.Files());
        Assert.Contains("\"state\": \"mistakes\"", box["/run/lightmq/provision.json"]);
        Assert.Contains("password = short", box["lightmq.txt"]);
        box.Run(BoxRig.Gateway);
        Assert.Equal("", box[Card.ErrorsName]);
    }

    [Fact]
    public void Without_a_sheet_the_last_one_holds_and_what_is_missing_is_made_again()
    {
        using var box = new BoxRig();
        box.Run(BoxRig.Gateway);
        var files = box.Files();
        File.Delete(box.SheetPath);
        Directory.Delete(box.Paths.At("/etc"), recursive: true);
        Assert.Equal(ProvisionOutcome.Ready, box.Run().Outcome);
        Assert.Equal(files.Keys, box.Files().Keys);
        Assert.Contains("my-key", box["/etc/lightmq/uplink.json"]);
        Directory.Delete(box.Paths.Boot, recursive: true);
        Assert.Equal(ProvisionOutcome.Ready, box.Run().Outcome);
    }

    [Fact]
    public void A_new_box_without_a_sheet_serves_only_itself()
    {
        using var box = new BoxRig();
        Directory.CreateDirectory(box.Paths.At("/etc"));
        File.WriteAllText(box.Paths.At("/etc/hostname"), "made-by-the-image\n");
        Assert.Equal(ProvisionOutcome.Unprovisioned, box.Run().Outcome);
        Assert.Equal("made-by-the-image\n", box["/etc/hostname"]);
        Assert.DoesNotContain("0.0.0.0", box["/etc/lightmq/lightmq.json"]);
        Assert.DoesNotContain("[::]", box["/etc/lightmq/lightmq.json"]);
        Assert.DoesNotContain("tcp dport", box[LightMq.Cli.Files.NetworkFiles.FirewallPath]);
        Assert.Equal("", box["/etc/lightmq/uplink.json"]);
        Assert.Equal(ProvisionOutcome.Ready, box.Run("hostname = lightmq").Outcome);
        Assert.Equal("lightmq\n", box["/etc/hostname"]);
    }

    [Fact]
    public void The_agent_of_a_new_box_without_a_sheet_finds_its_broker_though_the_image_brings_its_file()
    {
        using var box = new BoxRig();
        var path = box.Paths.At("/etc/lightmq/agent.json");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "{\n}\n");
        Assert.Equal(ProvisionOutcome.Unprovisioned, box.Run().Outcome);
        Assert.Contains("\"Address\": \"127.0.0.1:11883\"", File.ReadAllText(path));
        Assert.Contains("lightmq-agent", File.ReadAllText(path));
        Assert.False(box.Run().HasChanged);
    }

    [Theory]
    [InlineData("LIGHTMQ.TXT")]
    [InlineData("lightmq.txt.txt")]
    [InlineData("LightMq")]
    public void The_name_of_the_file_may_be_what_editors_make_of_it(string name)
    {
        using var box = new BoxRig();
        File.WriteAllText(Path.Combine(box.Paths.Boot, name), BoxRig.Gateway);
        Assert.Equal(ProvisionOutcome.Ready, box.Run().Outcome);
        Assert.Contains("was taken over", box[name]);
        Assert.False(box.Run().HasChanged);
    }

    [Fact]
    public void Several_files_are_a_mistake_that_names_them()
    {
        using var box = new BoxRig();
        box.Write(BoxRig.Gateway);
        File.WriteAllText(Path.Combine(box.Paths.Boot, "lightmq.txt.txt"), BoxRig.Gateway);
        var report = box.Run();
        Assert.Equal(ProvisionOutcome.Mistakes, report.Outcome);
        Assert.Contains("lightmq.txt and lightmq.txt.txt", report.Mistakes[0].Text);
        Assert.Contains("lightmq.txt and lightmq.txt.txt", box[Card.ErrorsName]);
    }

    [Fact]
    public void A_card_that_cannot_be_written_does_not_keep_the_box_from_its_settings()
    {
        using var box = new BoxRig();
        box.Mount.IsStuck = true;
        var report = box.Run(BoxRig.Gateway);
        Assert.Equal(ProvisionOutcome.Ready, report.Outcome);
        Assert.Contains("the switch of the card is on", report.Note);
        Assert.Equal("my-secret\n", box["/etc/lightmq/secrets/secret-key"]);
        box.Mount.IsStuck = false;
        Assert.Equal("", box.Run().Note);
        Assert.DoesNotContain("my-secret", box.CardBytes());
    }

    [Fact]
    public void Without_the_data_partition_the_card_keeps_its_secrets()
    {
        using var box = new BoxRig();
        Directory.CreateDirectory(box.Paths.At("/run/lightmq"));
        File.WriteAllText(box.Paths.NoData, "the data partition cannot be mounted\n");
        var report = box.Run(BoxRig.Gateway);
        Assert.Contains("the data partition cannot be mounted", report.Note);
        Assert.Equal(BoxRig.Gateway, box["lightmq.txt"]);
        Assert.Equal("my-secret\n", box["/etc/lightmq/secrets/secret-key"]);
        File.Delete(box.Paths.NoData);
        Assert.Equal("", box.Run().Note);
        Assert.DoesNotContain("my-secret", box.CardBytes());
    }

    [Fact]
    public void Card_that_is_not_mounted_is_told_and_the_box_goes_on_as_before()
    {
        using var box = new BoxRig();
        box.Run(BoxRig.Gateway);
        var before = box.Files();
        box.Mount.IsMissing = true;
        var report = box.Run();
        Assert.Equal(ProvisionOutcome.Ready, report.Outcome);
        Assert.False(report.HasChanged);
        Assert.Contains("the card cannot be read: nothing is mounted there", report.Note);
        Assert.Equal(before["/etc/lightmq/lightmq.json"], box.Files()["/etc/lightmq/lightmq.json"]);
    }

    [Fact]
    public void Mistakes_are_told_on_the_card_also_where_the_data_partition_is_missing()
    {
        using var box = new BoxRig();
        Directory.CreateDirectory(box.Paths.At("/run/lightmq"));
        File.WriteAllText(box.Paths.NoData, "the data partition cannot be mounted\n");
        Assert.Contains("nothing is kept", box.Run("groop = x").Note);
        Assert.Contains("'group'", box[Card.ErrorsName]);
        box.Mount.IsMissing = true;
        var note = box.Run().Note;
        Assert.Contains("the card cannot be read", note);
        Assert.Contains("nothing is kept", note);
        Assert.Contains("'group'", box[Card.ErrorsName]);
        box.Mount.IsMissing = false;
        box.Run("hostname = alone");
        Assert.Equal("", box[Card.ErrorsName]);
    }

    [Fact]
    public void A_secret_that_stands_twice_leaves_the_card_twice()
    {
        using var box = new BoxRig();
        var report = box.Run(BoxRig.Gateway + "\n# again\nsecret-key = my-secret\nsecret-key=\"my-secret\"");
        Assert.Equal(ProvisionOutcome.Ready, report.Outcome);
        Assert.DoesNotContain("my-secret", box.CardBytes());
        Assert.Contains("# again", box["lightmq.txt"]);
        Assert.Equal(3, box["lightmq.txt"].Split("was taken over").Length - 1);
        Assert.False(box.Run().HasChanged);
    }

    [Fact]
    public void What_the_sheet_no_longer_asks_for_goes()
    {
        using var box = new BoxRig();
        box.Run(BoxRig.Gateway + "\nssh-key = " + SampleTests.SshKey + "\nwifi = a\nwifi-password = "
            + "none\nwifi-country = DE");
        Assert.Contains("ssh-ed25519", box["/etc/ssh/authorized_keys.d/root"]);
        Assert.Contains("22", box[LightMq.Cli.Files.NetworkFiles.FirewallPath]);
        Assert.Equal(ProvisionOutcome.Ready, box.Run("hostname = alone").Outcome);
        Assert.Equal("", box["/etc/ssh/authorized_keys.d/root"]);
        Assert.Equal("", box["/etc/lightmq/uplink.json"]);
        Assert.Equal("", box["/etc/lightmq/secrets/secret-key"]);
        Assert.Equal("", box["/etc/wpa_supplicant/wpa_supplicant-wlan0.conf"]);
        Assert.DoesNotContain("tcp dport", box[LightMq.Cli.Files.NetworkFiles.FirewallPath]);
        Assert.DoesNotContain("my-secret", string.Concat(box.Files().Values));
    }

    [Fact]
    public void Secrets_are_readable_by_nobody_else()
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
        using var box = new BoxRig();
        box.Run(BoxRig.Gateway + "\nwifi = a\nwifi-password = password-a\nwifi-country = DE");
        const UnixFileMode Others =
            UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        foreach (var (path, text) in box.Files())
            if (text.Contains("my-secret") || text.Contains("password-a") || path.Contains("/secrets/"))
                Assert.Equal(UnixFileMode.None,
                    File.GetUnixFileMode(box.Paths.At(path)) & (Others | UnixFileMode.GroupWrite));
    }
}
