using System.Text.Json;
using LightMq.Unit.DeviceAgent.Simulated;
using Xunit;

namespace LightMq.Unit.DeviceAgent;

/// <summary>An update from the command to its result; root's side is written by hand.</summary>
public sealed class UpdateDeskTests : UpdateDeskRig
{
    [Fact]
    public async Task It_is_fetched_handed_over_followed_and_its_end_told_once()
    {
        Command("7", $"\"url\": \"{Server.Url}\", \"window\": \"02:00-04:00\"");
        await Until(() => File.Exists(Places.Request));
        using (var request = JsonDocument.Parse(File.ReadAllBytes(Places.Request)))
        {
            Assert.Equal(Places.Bundle, request.RootElement.GetProperty("bundle").GetString());
            Assert.Equal("7", request.RootElement.GetProperty("id").GetString());
            Assert.Equal("02:00-04:00", request.RootElement.GetProperty("window").GetString());
        }
        Assert.Equal(Server.Bundle, File.ReadAllBytes(Places.Bundle));
        File.Delete(Places.Request);
        Root("""{ "id": "7", "state": "installing", "percent": 40, "message": "writing" }""");
        Root("""{ "id": "7", "state": "restarting", "percent": 100, "message": "anew" }""");
        var progress = Answers();
        Assert.All(progress, static one => Assert.Equal("progress", Text(one, "result")));
        Assert.Equal("downloading", Text(progress[0], "state"));
        Assert.Equal(
            ["installing", "restarting"], progress.TakeLast(2).Select(static one => Text(one, "state")));

        // The box starts anew: what is under /run is gone, and so is the bundle.
        File.Delete(Places.Progress);
        File.Delete(Places.Bundle);
        Restart();
        Tick();
        Assert.Empty(Answers());
        Assert.False(File.Exists(Places.Part), "it is not fetched again");
        File.WriteAllText(Places.Result,
            """{ "id":"7","state":"rolled-back","from":"1","to":"2","message":"broker: no answer" }""");
        Tick();
        Tick();
        var end = Assert.Single(Answers());
        Assert.Equal(("failed", "rolled-back", "broker: no answer", "2"),
            (Text(end, "result"), Text(end, "state"), Text(end, "reason"), Text(end, "to")));
        Restart();
        Tick();
        Assert.Empty(Answers());
    }

    [Fact]
    public async Task A_download_tells_how_far_it_is()
    {
        Command("1", $"\"url\": \"{Server.Url}\"");
        await Until(() => File.Exists(Places.Request));
        var told = Answers().Where(static one => Text(one, "state") == "downloading").ToList();
        Assert.InRange(told.Count, 2, 11);
        Assert.Equal(0, told[0].GetProperty("percent").GetInt32());
        Assert.Equal(100, told[^1].GetProperty("percent").GetInt32());
    }

    [Fact]
    public async Task A_download_whose_length_nobody_knows_tells_what_has_come()
    {
        Server.Instead = static async context =>
        {
            var piece = new byte[1 << 20];
            "hsqs"u8.CopyTo(piece);
            for (var sent = 0; sent < 40; sent++) await context.Response.Body.WriteAsync(piece);
            return true;
        };
        Command("1", $"\"url\": \"{Server.Url}\"");
        await Until(() => File.Exists(Places.Request));
        var told = Answers().Where(static one => Text(one, "state") == "downloading").ToList();
        Assert.Equal(3, told.Count);
        Assert.All(told, static one => Assert.Equal(0, one.GetProperty("percent").GetInt32()));
        Assert.EndsWith(" bytes", Text(told[^1], "reason"));
    }

    [Fact]
    public async Task A_second_one_is_busy_until_the_first_has_ended()
    {
        var url = $"\"url\": \"{Server.Url}\"";
        Command("1", url);
        await Until(() => File.Exists(Places.Request));
        Command("2", url);
        Assert.Equal("busy: update 1 goes on", Refusal("2"));
        Root("""{ "id": "1", "state": "refused", "percent": 0, "message": "it is for another box" }""");
        Assert.Equal("it is for another box", Refusal("1"));
        Assert.False(File.Exists(Places.Bundle), "nothing is left of it");
        Assert.False(File.Exists(Places.Request), "nothing is left of it");
        Command("3", url);
        await Until(() => File.Exists(Places.Request));
    }

    [Fact]
    public void While_a_stick_is_installed_a_command_is_busy()
    {
        Root("""{ "id": "", "state": "installing", "percent": 3, "message": "from a stick" }""");
        Command("1", $"\"url\": \"{Server.Url}\"");
        Assert.Equal("busy: another update goes on (from a stick)", Refusal("1"));
    }

    [Theory]
    [InlineData("", "url is no https URL")]
    [InlineData("\"url\": \"http://127.0.0.1/x\"", "url is no https URL")]
    [InlineData("\"url\": \"file:///etc/passwd\"", "url is no https URL")]
    [InlineData("\"url\": 7", "url is no https URL")]
    [InlineData("\"url\": \"https://h/x\", \"sha256\": \"12\"", "sha256 is not 64 hex digits")]
    [InlineData("\"url\": \"https://h/x\", \"window\": \"at night\"", "window is neither now nor")]
    [InlineData("\"url\": \"https://h/x\", \"window\": \"25:00-26:00\"", "window is neither now nor")]
    public void A_wrong_command_is_refused(string keys, string reason)
    {
        Command("1", keys);
        Assert.StartsWith(reason, Refusal("1"));
        Assert.False(Directory.Exists(Places.Folder));
    }

    [Fact]
    public void What_is_no_image_is_not_updated_so()
    {
        File.Delete(Places.Image);
        Command("1", $"\"url\": \"{Server.Url}\"");
        Assert.StartsWith("this is no image of LightMq", Refusal("1"));
    }

    [Fact]
    public async Task What_the_server_does_not_have_is_refused()
    {
        Server.Instead = static context =>
        {
            context.Response.StatusCode = 404;
            return Task.FromResult(true);
        };
        Command("1", $"\"url\": \"{Server.Url}\"");
        await Until(() => !File.Exists(Places.Order));
        Assert.Equal("the server answers with HTTP status 404", Refusal("1"));
    }
}
