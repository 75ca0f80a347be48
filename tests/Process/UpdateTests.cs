using LightMq.Process.Box;
using Xunit;

namespace LightMq.Process;

/// <summary><c>lightmq update</c> with a scripted rauc: what it takes, what it refuses, where it may be cut
/// off.
/// </summary>
public sealed class UpdateTests
{
    private const string Old = "2026.11.26-1", New = "2026.11.27-1";
    private const string State = "box/run/lightmq/update.json", Refused =
        "box/run/lightmq/update-refused.json";
    private const string Pending = "box/data/lightmq/update-pending.json";
    private const string Bundle = "box/var/lib/lightmq-deviceagent/update/bundle.raucb";
    private const string Request = "box/run/lightmq-deviceagent/update-request.json";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void The_agents_request_is_installed_once_and_the_box_starts_anew()
    {
        using var box = Asked(TestBox.BundleOf(New));
        var ended = box.Run("update", "install", "--request", box.Scratch[Request]);
        Assert.True(ended.Status == 0, ended.Text);
        Assert.Contains($"60 % bundle.raucb, version {New}: Copying image to rootfs.1", ended.Text);
        Assert.Equal("systemctl reboot", box.Calls[^1]);
        Assert.Equal(("restarting", "7"), (box.State(State, "state"), box.State(State, "id")));
        Assert.Equal(("installed", Old, New),
            (box.State(Pending, "stage"), box.State(Pending, "from"), box.State(Pending, "to")));
        Assert.False(File.Exists(box.Scratch[Request]));
        // Its folder is the agent's: root removes nothing there.
        Assert.True(File.Exists(box.Scratch[Bundle]));
    }

    [Theory]
    [InlineData(New, "some-other-box", "store-format 1", "it is for some-other-box, and this box is")]
    [InlineData("", TestBox.Compatible, "store-format 1", "it names no version")]
    [InlineData(Old, TestBox.Compatible, "store-format 1", "runs already")]
    [InlineData("2026.9.1-1", TestBox.Compatible, "", "does not say which stores it reads")]
    [InlineData("2026.9.1-1", TestBox.Compatible, "store-format 1", "reads stores up to format 1")]
    [InlineData("2026.12.1-1", TestBox.Compatible, "store-format 1", "reads stores up to format 1")]
    public void What_does_not_fit_is_refused_by_name(
        string version, string compatible, string description, string words)
    {
        using var box = Asked(TestBox.BundleOf(version, compatible, description));
        box["box/var/lib/lightmq/format"] = "lightmq-store 2\nlive 1\n";
        var ended = box.Run("update", "install", "--request", box.Scratch[Request]);
        Assert.Equal(1, ended.Status);
        Assert.Contains(words, ended.Text);
        Assert.Equal("refused", box.State(State, "state"));
        Assert.DoesNotContain(box.Calls, call => call.StartsWith("rauc install")
            || call == "systemctl reboot");
        Assert.Equal("", box[Pending]);
    }

    [Theory]
    [InlineData("2026.9.1-1", "store-format 2")]
    [InlineData(New, "")]
    [InlineData("2026.11.26-2", "store-format 3")]
    [InlineData("2026.11.100-1", "store-format 2")]
    public void What_can_read_the_store_is_taken_older_or_newer(string version, string description)
    {
        using var box = Asked(TestBox.BundleOf(version, description: description));
        box["box/var/lib/lightmq/format"] = "lightmq-store 2\nlive 1\n";
        Assert.Equal(0, box.Run("update", "install", "--request", box.Scratch[Request]).Status);
    }

    [Fact]
    public void A_person_may_force_an_older_one()
    {
        using var box = new TestBox(Old);
        box["old.raucb"] = TestBox.BundleOf("2025.1.1-1", description: "");
        Assert.Equal(1, box.Run("update", "install", box.Scratch["old.raucb"]).Status);
        Assert.Equal(0, box.Run("update", "install", box.Scratch["old.raucb"], "--force", "--now").Status);
        Assert.True(File.Exists(box.Scratch["old.raucb"]));
    }

    [Theory]
    [InlineData("no bundle at all \0\x01\xff", "Invalid bundle format")]
    [InlineData("BUNDLE\ngarbage", "not understood")]
    [InlineData("BUNDLE\n{\"version\":7}", "names no version")]
    public void Garbage_is_refused(string bundle, string words)
    {
        using var box = Asked(bundle);
        var ended = box.Run("update", "install", "--request", box.Scratch[Request]);
        Assert.Equal(1, ended.Status);
        Assert.Contains(words, box.State(State, "message"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("nonsense")]
    [InlineData("{\"bundle\":\"/etc/shadow\",\"id\":\"7\"}")]
    [InlineData("{\"bundle\":\"/var/lib/lightmq-deviceagent/../../../etc/shadow\",\"id\":\"7\"}")]
    [InlineData("{\"bundle\":7,\"id\":[]}")]
    public void A_request_that_names_no_file_of_the_agents_is_refused_and_does_not_come_again(string request)
    {
        using var box = new TestBox(Old);
        box[Request] = request;
        Assert.Equal(1, box.Run("update", "install", "--request", box.Scratch[Request]).Status);
        Assert.Equal("refused", box.State(State, "state"));
        Assert.False(File.Exists(box.Scratch[Request]));
        Assert.Empty(box.Calls);
    }

    [Theory]
    [InlineData("echo ' 40% Checking bundle failed.'; echo 'LastError: Failed to mount bundle' >&2; exit "
        + "1", "Failed to mount bundle")]
    [InlineData("echo 'LastError: signature verification failed'; exit 1", "signature verification failed")]
    [InlineData("echo 'LastError: Installation error: Error reading from file: Input/output error'; exit 1",
        "the bundle is damaged or was changed")]
    [InlineData("exit 1", "exit status 1")]
    [InlineData("head -c 100000 /dev/urandom; exit 3", "")]
    [InlineData("kill -9 $$", "")]
    public void An_installation_that_fails_leaves_the_system_that_runs(string script, string words)
    {
        using var box = Asked(TestBox.BundleOf(New));
        box["install.sh"] = script;
        Assert.Equal(1, box.Run("update", "install", "--request", box.Scratch[Request]).Status);
        Assert.Equal("failed", box.State(State, "state"));
        Assert.Contains(words, box.State(State, "message"));
        Assert.Contains($"version {Old} runs on", box.State(State, "message"));
        Assert.Equal("", box[Pending]);
        Assert.DoesNotContain("systemctl reboot", box.Calls);
    }

    [Fact]
    public async Task Of_two_updates_at_once_the_second_is_refused_and_hears_of_the_first()
    {
        using var box = Asked(TestBox.BundleOf(New));
        box["install.sh"] = "echo ' 20% Waiting'; while [ ! -f go ]; do sleep 0.1; done";
        using var first = box.Start("update", "install", "--request", box.Scratch[Request]);
        while (!box.State(State, "message").Contains("Waiting")) await Task.Delay(50, Cancel);
        box["other.raucb"] = TestBox.BundleOf("2026.12.1-1");
        box[Request] = "{\"bundle\":\"/var/lib/lightmq-deviceagent/update/bundle.raucb\",\"id\":\"8\"}";
        var second = box.Run("update", "install", "--request", box.Scratch[Request]);
        Assert.Equal(75, second.Status);
        Assert.Contains($"busy: another update goes on (bundle.raucb, version {New}: Waiting)", second.Text);
        Assert.Equal(("busy", "8"), (box.State(Refused, "state"), box.State(Refused, "id")));
        Assert.Equal(("installing", "7"), (box.State(State, "state"), box.State(State, "id")));
        Assert.Equal(75, box.Run("update", "install", box.Scratch["other.raucb"]).Status);
        box["go"] = "now";
        await first.WaitForExitAsync(Cancel);
        Assert.Equal(0, first.ExitCode);
    }

    [Fact]
    public async Task An_update_that_is_installed_waits_for_its_window_and_counts_at_any_start()
    {
        using var box = Asked(TestBox.BundleOf(New));
        var from = TimeOnly.FromDateTime(DateTime.Now.AddHours(3));
        box[Request] = box[Request].Replace("null", $"\"{from:HH:mm}-{from.AddHours(1):HH:mm}\"");
        using var waiting = box.Start("update", "install", "--request", box.Scratch[Request]);
        while (box.State(State, "state") != "waiting") await Task.Delay(50, Cancel);
        Assert.False(waiting.HasExited);
        Assert.Equal("installed", box.State(Pending, "stage"));
        Assert.Equal(75, box.Run("update", "install", box.Scratch[Bundle]).Status);
        Assert.DoesNotContain("systemctl reboot", box.Calls);
        Signal(waiting, "TERM");
        await waiting.WaitForExitAsync(Cancel);
        Assert.Equal(("failed", "it was stopped; what is installed starts with the box's next start"),
            (box.State(State, "state"), box.State(State, "message")));
    }

    [Fact]
    public async Task A_power_cut_while_it_is_written_leaves_the_old_system_and_a_word_about_it()
    {
        using var box = Asked(TestBox.BundleOf(New));
        box["install.sh"] = "echo ' 60% Copying'; echo $$ > pid; exec sleep 60";
        using (var first = box.Start("update", "install", "--request", box.Scratch[Request]))
        {
            while (!box.State(State, "message").Contains("Copying")) await Task.Delay(50, Cancel);
            first.Kill(entireProcessTree: true);
            await first.WaitForExitAsync(Cancel);
        }
        Assert.Equal("installing", box.State(Pending, "stage"));
        Directory.Delete(box.Scratch["box/run"], recursive: true);
        Assert.Contains("begun: from", box.Run("update", "status").Text);
        // The next one goes, for nothing holds the lock any more.
        box["install.sh"] = "echo '100% Installing done.'";
        box[Request] = "{\"bundle\":\"/var/lib/lightmq-deviceagent/update/bundle.raucb\",\"id\":\"8\"}";
        Assert.Equal(0, box.Run("update", "install", "--request", box.Scratch[Request]).Status);
        Assert.Equal(("installed", "8"), (box.State(Pending, "stage"), box.State(Pending, "id")));
    }

    [Fact]
    public async Task An_update_goes_on_when_whoever_asked_hangs_up()
    {
        using var box = Asked(TestBox.BundleOf(New));
        box["install.sh"] = "echo ' 60% Copying'; while [ ! -e go ]; do sleep 0.1; done";
        using var update = box.Start("update", "install", box.Scratch[Bundle], "--now");
        while (!box.State(State, "message").Contains("Copying")) await Task.Delay(50, Cancel);
        update.StandardOutput.Close();
        Signal(update, "HUP");
        box["go"] = "now";
        await update.WaitForExitAsync(Cancel);
        Assert.Equal(0, update.ExitCode);
        Assert.Equal("installed", box.State(Pending, "stage"));
        Assert.Equal("systemctl reboot", box.Calls[^1]);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task One_that_is_stopped_does_not_look_as_if_it_went_on(string signal)
    {
        using var box = Asked(TestBox.BundleOf(New));
        box["install.sh"] = "echo ' 60% Copying'; sleep 5";
        using var update = box.Start("update", "install", box.Scratch[Bundle]);
        while (!box.State(State, "message").Contains("Copying")) await Task.Delay(50, Cancel);
        Signal(update, signal);
        await update.WaitForExitAsync(Cancel);
        Assert.Equal("failed", box.State(State, "state"));
        Assert.Contains("it was stopped", box.State(State, "message"));
    }

    [Fact]
    public void Nothing_is_installed_while_the_system_that_runs_is_still_looked_at()
    {
        using var box = Asked(TestBox.BundleOf(New));
        box["state-lightmq-health.service"] = "activating\n";
        var ended = box.Run("update", "install", box.Scratch[Bundle]);
        Assert.Equal(1, ended.Status);
        Assert.Contains($"version {Old} is still being looked at", ended.Text);
        Assert.DoesNotContain(box.Calls, call => call.StartsWith("rauc install"));
        Assert.Equal(0, box.Run("update", "install", box.Scratch[Bundle], "--force", "--now").Status);
    }

    [Fact]
    public void Without_an_image_of_ours_there_is_nothing_to_update()
    {
        using var box = new TestBox(Old);
        File.Delete(box.Scratch["box/usr/lib/lightmq/image.json"]);
        box["x.raucb"] = TestBox.BundleOf(New);
        Assert.Contains("no image of LightMq", box.Run("update", "install", box.Scratch["x.raucb"]).Text);
    }

    [Fact]
    public async Task A_factory_reset_asks_and_is_done_at_the_next_start()
    {
        using var box = new TestBox(Old, "hostname = plant-7\nuser = u\npassword = the-password\n");
        using (var asking = box.Start("factory-reset"))
        {
            await asking.StandardInput.WriteLineAsync("no".AsMemory(), Cancel);
            await asking.WaitForExitAsync(Cancel);
            Assert.Equal(1, asking.ExitCode);
        }
        Assert.Equal(1, box.Run("factory-reset", "--request", box.Scratch["no-request"]).Status);
        Assert.DoesNotContain("systemctl reboot", box.Calls);
        box["request"] = "x";
        Assert.Equal(0, box.Run("factory-reset", "--request", box.Scratch["request"]).Status);
        Assert.False(File.Exists(box.Scratch["request"]));
        Assert.Equal("systemctl reboot", box.Calls[^1]);
        File.Delete(box.Scratch["card/lightmq.txt"]);
        Assert.Equal(0, box.Run("provision").Status);
        Assert.DoesNotContain("\"u\"", box["box/etc/lightmq/lightmq.json"]);
        Assert.Equal("lightmq\n", box["box/etc/hostname"]);
        Assert.Equal("unprovisioned", box.State("box/run/lightmq/provision.json", "state"));
    }

    private static void Signal(System.Diagnostics.Process process, string name)
    {
        using var kill = System.Diagnostics.Process.Start("kill", ["-s", name, $"{process.Id}"]);
        kill.WaitForExit();
    }

    private static TestBox Asked(string bundle)
    {
        var box = new TestBox(Old);
        box[Bundle] = bundle;
        box[Request] = """
            {"bundle":"/var/lib/lightmq-deviceagent/update/bundle.raucb","id":"7","window":null}
            """;
        return box;
    }
}
