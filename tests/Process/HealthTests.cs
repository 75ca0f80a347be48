using LightMq.Process.Box;
using Xunit;

namespace LightMq.Process;

/// <summary>The gate that a new system must pass: what it looks at, and what follows.</summary>
public sealed class HealthTests
{
    private const string Old = "2026.11.26-1", New = "2026.11.27-1";

    [Fact]
    public void A_healthy_box_says_so_line_by_line_is_called_good_and_tells_the_card()
    {
        using var running = new RunningBox();
        var box = running.Box;
        var ended = box.Run("health", "--mark");
        Assert.Equal(0, ended.Status);
        foreach (var line in (
            string[])["good data partition: ext4 on /dev/vda4, label lightmq-data", "good services:",
            "good broker: lets us in, keeps a session on its disk", "good uplink: known not to be "
                + "through: connecting",
            $"good slot: A runs version {Old}, which has not proved itself yet"])
            Assert.Contains(line, ended.Text);
        Assert.Contains("rauc status mark-good booted", box.Calls);
        Assert.DoesNotContain("systemctl reboot", box.Calls);
        Assert.Equal(Old, box.State("box/data/lightmq/slots.json", "A"));
        Assert.True(File.Exists(box.Scratch["box/run/lightmq/looked-at"]));
        Assert.Contains($"version:      {Old} (signed with a development key",
            box["card/lightmq-status.txt"]);
        Assert.DoesNotContain("not proved itself", box.Run("health").Text);
    }

    [Theory]
    [InlineData("no-data", "data partition: nothing is kept: x")]
    [InlineData("tmpfs", "data partition: it is tmpfs on tmpfs")]
    [InlineData("no label", "/dev/vda4 has the label ''")]
    [InlineData("no mount", "nothing is mounted at /data")]
    [InlineData("unit", "lightmq-deviceagent.service is failed")]
    [InlineData("broker", "broker: Connection refused")]
    [InlineData("login", "broker: the broker refuses the login with code 4")]
    [InlineData("uplink silent", "uplink: it has not said how the link stands")]
    [InlineData("uplink alone", "uplink: it has not reached the broker of this box")]
    [InlineData("rauc", "slot: rauc status is not understood")]
    public void Whatever_is_bad_is_named_and_ends_with_1(string what, string words)
    {
        using var running = new RunningBox();
        var box = running.Box;
        Break(running, what);
        var ended = box.Run("health");
        Assert.Equal(1, ended.Status);
        Assert.Contains(words, ended.Text);
        Assert.Single(ended.Text.Split('\n'), line => line.StartsWith("BAD "));
        Assert.DoesNotContain("systemctl reboot", box.Calls);
    }

    [Fact]
    public void It_waits_for_a_box_that_is_still_starting()
    {
        using var running = new RunningBox();
        running.Uplink("connecting", "", isLocal: false);
        using var process = running.Box.Start("health", "--wait", "60");
        Thread.Sleep(500);
        Assert.False(process.HasExited);
        running.Uplink("healthy", "");
        Assert.Contains("good uplink: the central acknowledges", process.StandardOutput.ReadToEnd());
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public void A_new_system_that_is_not_healthy_notes_why_and_goes_back_and_the_old_one_tells_it()
    {
        using var running = new RunningBox(New);
        var box = running.Box;
        box["slots.json"] = TestBox.SlotsOf("B", isOtherGood: true);
        box["box/data/lightmq/update-pending.json"] = Pending("installed");
        box["state-lightmq-deviceagent.service"] = "failed\n";
        Assert.Equal(1, box.Run("health", "--mark").Status);
        Assert.Equal("systemctl reboot", box.Calls[^1]);
        Assert.DoesNotContain("rauc status mark-good booted", box.Calls);

        box["state-lightmq-deviceagent.service"] = "active\n";
        box.Version = Old;
        box["slots.json"] = TestBox.SlotsOf("A", isOtherGood: false);
        Assert.Equal(0, box.Run("health", "--mark").Status);
        Assert.Contains("rauc status mark-bad other", box.Calls);
        const string Result = "box/data/lightmq/update-result.json";
        Assert.Equal(("rolled-back", "7", New),
            (box.State(Result, "state"), box.State(Result, "id"), box.State(Result, "to")));
        Assert.Equal($"version {New}: services: lightmq-deviceagent.service is failed",
            box.State(Result, "message"));
        Assert.Equal("", box["box/data/lightmq/update-pending.json"]);
    }

    [Fact]
    public void A_new_system_whose_data_partition_is_missing_goes_back_too()
    {
        using var running = new RunningBox(New);
        running.Box["slots.json"] = TestBox.SlotsOf("B", isOtherGood: true);
        running.Box["box/run/lightmq/no-data"] = "the data partition cannot be mounted";
        running.Box["box/boot/env/grubenv"] = "# GRUB Environment Block\nTRIAL=B\n####";
        Assert.Equal(1, running.Box.Run("health", "--mark").Status);
        Assert.Equal("systemctl reboot", running.Box.Calls[^1]);
    }

    [Fact]
    public void A_system_that_is_not_on_trial_stays_where_it_is_without_its_data_partition()
    {
        using var running = new RunningBox(New);
        running.Box["slots.json"] = TestBox.SlotsOf("B", isOtherGood: true);
        running.Box["box/run/lightmq/no-data"] = "the data partition cannot be mounted";
        running.Box["box/boot/env/grubenv"] = "# GRUB Environment Block\nTRIAL=\n####";
        var ended = running.Box.Run("health", "--mark");
        Assert.Equal(1, ended.Status);
        Assert.Contains("going back helps nobody", ended.Text);
        Assert.DoesNotContain("systemctl reboot", running.Box.Calls);
    }

    [Fact]
    public void A_new_system_without_RAUC_goes_back_too_but_only_once()
    {
        using var running = new RunningBox(New);
        var box = running.Box;
        box["slots.json"] = "garbage";
        box["box/data/lightmq/update-pending.json"] = Pending("installed");
        Assert.Equal(1, box.Run("health", "--mark").Status);
        Assert.Equal("systemctl reboot", box.Calls[^1]);
        File.Delete(box.Scratch["calls"]);
        Assert.Contains("led here again", box.Run("health", "--mark").Text);
        Assert.DoesNotContain("systemctl reboot", box.Calls);
    }

    [Fact]
    public void A_new_system_that_is_healthy_is_the_update_s_good_end()
    {
        using var running = new RunningBox(New);
        var box = running.Box;
        box["slots.json"] = TestBox.SlotsOf("B", isOtherGood: true);
        box["box/data/lightmq/update-pending.json"] = Pending("installed");
        Assert.Equal(0, box.Run("health", "--mark").Status);
        Assert.Equal("installed", box.State("box/data/lightmq/update-result.json", "state"));
        Assert.DoesNotContain("rauc status mark-bad other", box.Calls);
    }

    [Fact]
    public void A_system_that_proved_itself_before_never_starts_anew_for_being_ill()
    {
        using var running = new RunningBox();
        var box = running.Box;
        box["slots.json"] = TestBox.SlotsOf("A", isOtherGood: true);
        Assert.Equal(0, box.Run("health", "--mark").Status);
        running.Process.Kill();
        var ended = box.Run("health", "--mark");
        Assert.Equal(1, ended.Status);
        Assert.Contains("has proved itself before and goes on", ended.Text);
        Assert.DoesNotContain("systemctl reboot", box.Calls);
        Assert.Equal("rauc status mark-good booted", box.Calls[^1]);
    }

    [Fact]
    public void A_first_system_has_nowhere_to_go_back_to()
    {
        using var running = new RunningBox();
        running.Process.Kill();
        var ended = running.Box.Run("health", "--mark");
        Assert.Equal(1, ended.Status);
        Assert.Contains("no other system to go back to", ended.Text);
        Assert.DoesNotContain("systemctl reboot", running.Box.Calls);
    }

    [Fact]
    public void An_update_that_lost_the_power_while_it_was_written_is_told_so()
    {
        using var running = new RunningBox();
        running.Box["box/data/lightmq/update-pending.json"] = Pending("installing");
        Assert.Equal(0, running.Box.Run("health", "--mark").Status);
        Assert.Equal("interrupted", running.Box.State("box/data/lightmq/update-result.json", "state"));
    }

    [Theory]
    [InlineData("installing")]
    [InlineData("installed")]
    public void An_update_that_began_since_the_box_started_is_not_judged(string stage)
    {
        using var running = new RunningBox();
        var box = running.Box;
        box["box/proc/sys/kernel/random/boot_id"] = "2f6d\n";
        const string Noted = "box/data/lightmq/update-pending.json";
        box[Noted] = Pending(stage, boot: "2f6d");
        Assert.Equal(0, box.Run("health", "--mark").Status);
        Assert.DoesNotContain("rauc status mark-bad other", box.Calls);
        Assert.Equal("", box["box/data/lightmq/update-result.json"]);
        Assert.Equal(stage, box.State(Noted, "stage"));
        // The box starts anew.
        box["box/proc/sys/kernel/random/boot_id"] = "91c0\n";
        Assert.Equal(0, box.Run("health", "--mark").Status);
        Assert.Equal(stage == "installed" ? "rolled-back" : "interrupted",
            box.State("box/data/lightmq/update-result.json", "state"));
    }

    [Fact]
    public void Status_shows_it_on_one_screen_and_in_JSON()
    {
        using var running = new RunningBox();
        var text = running.Box.Run("status").Text;
        foreach (var line in (
            string[])["name:         7.local", "gateway:      GID_gate@@@7", "slot:         A",
            "lightmq.txt:  taken over", "broker:       answers",
            "uplink:       connecting (no route to host), 12 messages wait", "error:        "
                + "2026-11-26T08:00:00+0000 box"])
            Assert.Contains(line, text);
        Assert.InRange(text.Split('\n').Length, 8, 25);
        using var json = System.Text.Json.JsonDocument.Parse(running.Box.Run("status", "--json").Text);
        Assert.Equal("answers", json.RootElement.GetProperty("broker").GetString());
        Assert.Single(json.RootElement.GetProperty("errors").EnumerateArray());
    }

    private static string Pending(string stage, string boot = "") => $$"""
        { "id": "7", "from": "{{Old}}", "to": "{{New}}", "stage": "{{stage}}", "reason": "",
          "boot": "{{boot}}" }
        """;

    private static void Break(RunningBox running, string what)
    {
        var box = running.Box;
        const string Mounts = "box/proc/self/mountinfo";
        switch (what)
        {
            case "no-data": box["box/run/lightmq/no-data"] = "x"; break;
            case "tmpfs": box[Mounts] += "40 35 0:30 / /data rw - tmpfs tmpfs rw\n"; break;
            case "no label": File.Delete(box.Scratch["box/dev/disk/by-label/lightmq-data"]); break;
            case "no mount": box[Mounts] = ""; break;
            case "unit": box["state-lightmq-deviceagent.service"] = "failed\n"; break;
            case "broker": running.Process.Kill(); break;
            case "login": box["box/etc/lightmq/secrets/health-password"] = "another\n"; break;
            case "uplink silent": File.Delete(box.Scratch["box/run/lightmq-uplink/uplink.json"]); break;
            case "uplink alone": running.Uplink("connecting", "", isLocal: false); break;
            case "rauc": box["slots.json"] = "garbage \0\xff"; break;
        }
    }
}
