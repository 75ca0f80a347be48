using LightMq.Process.Box;
using Xunit;

namespace LightMq.Process;

/// <summary>USB sticks with updates, rubbish, or both, and a scripted rauc.</summary>
public sealed class StickTests
{
    private const string Old = "2026.11.26-1", New = "2026.11.27-1";
    private const string Pending = "box/data/lightmq/update-pending.json";

    [Fact]
    public void What_was_rolled_back_is_taken_again_only_from_a_stick_that_is_plugged_in_anew()
    {
        using var box = new TestBox(Old);
        box["box/dev/sda1"] = "";
        File.SetLastWriteTimeUtc(box.Scratch["box/dev/sda1"], DateTime.UtcNow.AddMinutes(-3));
        box["box/run/lightmq/looked-at"] = "";
        box["stick/new.raucb"] = TestBox.BundleOf(New);
        box["box/data/lightmq/update-result.json"] =
            $$"""{ "id": "", "state": "rolled-back", "from": "{{Old}}", "to": "{{New}}", "message": "x" }""";
        var ended = box.Run("update", "usb", "/dev/sda1");
        Assert.Equal(0, ended.Status);
        Assert.Contains($"version {New} was rolled back on this box; to try it again", ended.Text);
        File.SetLastWriteTimeUtc(box.Scratch["box/dev/sda1"], DateTime.UtcNow.AddMinutes(3));
        Assert.Contains("new.raucb is checked", box.Run("update", "usb", "/dev/sda1").Text);
        File.SetLastWriteTimeUtc(box.Scratch["box/dev/sda1"], DateTime.UtcNow.AddMinutes(-3));
        box["stick/newer.raucb"] = TestBox.BundleOf("2026.11.28-1");
        Assert.Contains("newer.raucb is checked", box.Run("update", "usb", "/dev/sda1").Text);
    }

    [Fact]
    public void The_newest_update_of_a_stick_is_taken_and_its_rubbish_gets_a_line_each()
    {
        using var box = new TestBox(Old);
        box["stick/a.raucb"] = TestBox.BundleOf(New);
        box["stick/B.RAUCB"] = TestBox.BundleOf("2026.12.1-1");
        box["stick/c.raucb"] = TestBox.BundleOf("2027.1.1-1", "some-other-box");
        box["stick/d.raucb"] = "rubbish";
        box["stick/e.raucb"] = TestBox.BundleOf("2025.1.1-1");
        box["stick/._a.raucb"] = "a Mac's own";
        box["stick/holiday.jpg"] = "rubbish";
        box["stick/deep/f.raucb"] = TestBox.BundleOf("2028.1.1-1");
        File.CreateSymbolicLink(box.Scratch["stick/g.raucb"], "/etc/passwd");
        var ended = box.Run("update", "usb", "/dev/sda1");
        Assert.True(ended.Status == 0, ended.Text);
        Assert.Contains("B.RAUCB, version 2026.12.1-1, is copied", ended.Text);
        Assert.Contains("B.RAUCB is checked", ended.Text);
        Assert.Equal(3, ended.Text.Split('\n').Count(line => line.Contains("is not taken")));
        Assert.Contains(box.Calls, call => call.StartsWith("mount -o ro,nosuid,nodev,noexec /dev/sda1 "));
        Assert.True(Array.FindIndex(box.Calls, call => call.StartsWith("umount"))
            < Array.FindIndex(box.Calls, call => call.StartsWith("rauc install")));
        Assert.Contains(box.Calls, call => call.EndsWith("/data/lightmq/update/usb.raucb")
            && call.StartsWith("rauc info"));
        Assert.Equal("2026.12.1-1", box.State(Pending, "to"));
        Assert.False(File.Exists(box.Scratch["box/data/lightmq/update/usb.raucb"]));
    }

    [Fact]
    public void A_stick_without_an_update_or_without_a_file_system_is_no_failure()
    {
        using var box = new TestBox(Old);
        Assert.Contains("mount: no medium", box.Run("update", "usb", "/dev/sda1").Text);
        box["stick/holiday.jpg"] = "x";
        box["stick/same.raucb"] = TestBox.BundleOf(Old);
        var ended = box.Run("update", "usb", "/dev/sda1");
        Assert.Equal(0, ended.Status);
        Assert.Contains("same.raucb is not taken", ended.Text);
        Assert.DoesNotContain(box.Calls, call => call.StartsWith("rauc install"));
        Assert.Contains(box.Calls, call => call.StartsWith("umount"));
    }
}
