using System.Text;
using System.Text.Json;
using LightMq.DeviceAgent;
using LightMq.DeviceAgent.Commands;
using LightMq.DeviceAgent.Link;
using LightMq.DeviceAgent.Sensors;
using LightMq.DeviceAgent.Settings;
using LightMq.DeviceAgent.Update;
using LightMq.Unit.DeviceAgent.Simulated;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace LightMq.Unit.DeviceAgent;

/// <summary>An update from the command to its result; root's side is written by hand.</summary>
public sealed class UpdateDeskTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lightmq-").FullName;
    private BundleServer _server = null!;
    private UpdatePlaces _places = null!;
    private Loop _loop = null!;
    private Outbox _outbox = null!;
    private CommandDesk _commands = null!;
    private UpdateDesk _desk = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await BundleServer.StartAsync();
        _places = new UpdatePlaces(_folder, Path.Combine(_folder, "state"), Path.Combine(_folder, "runtime"));
        foreach (var path in (string[])[_places.Image, _places.Progress, _places.Result, _places.Request])
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(_places.Image, "{}");
        Begin();
    }

    public async ValueTask DisposeAsync()
    {
        _desk.Dispose();
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task It_is_fetched_handed_over_followed_and_its_end_told_once()
    {
        Command("7", $"\"url\": \"{_server.Url}\", \"window\": \"02:00-04:00\"");
        await Until(() => File.Exists(_places.Request));
        using (var request = JsonDocument.Parse(File.ReadAllBytes(_places.Request)))
        {
            Assert.Equal(_places.Bundle, request.RootElement.GetProperty("bundle").GetString());
            Assert.Equal("7", request.RootElement.GetProperty("id").GetString());
            Assert.Equal("02:00-04:00", request.RootElement.GetProperty("window").GetString());
        }
        Assert.Equal(_server.Bundle, File.ReadAllBytes(_places.Bundle));
        File.Delete(_places.Request);
        Root("""{ "id": "7", "state": "installing", "percent": 40, "message": "writing" }""");
        Root("""{ "id": "7", "state": "restarting", "percent": 100, "message": "anew" }""");
        var progress = Answers();
        Assert.All(progress, static one => Assert.Equal("progress", Text(one, "result")));
        Assert.Equal("downloading", Text(progress[0], "state"));
        Assert.Equal(
            ["installing", "restarting"], progress.TakeLast(2).Select(static one => Text(one, "state")));

        // The box starts anew: what is under /run is gone, and so is the bundle.
        File.Delete(_places.Progress);
        File.Delete(_places.Bundle);
        _desk.Dispose();
        Begin();
        Tick();
        Assert.Empty(Answers());
        Assert.False(File.Exists(_places.Part), "it is not fetched again");
        File.WriteAllText(_places.Result,
            """{ "id":"7","state":"rolled-back","from":"1","to":"2","message":"broker: no answer" }""");
        Tick();
        Tick();
        var end = Assert.Single(Answers());
        Assert.Equal(("failed", "rolled-back", "broker: no answer", "2"),
            (Text(end, "result"), Text(end, "state"), Text(end, "reason"), Text(end, "to")));
        _desk.Dispose();
        Begin();
        Tick();
        Assert.Empty(Answers());
    }

    [Fact]
    public async Task A_download_tells_how_far_it_is()
    {
        Command("1", $"\"url\": \"{_server.Url}\"");
        await Until(() => File.Exists(_places.Request));
        var told = Answers().Where(static one => Text(one, "state") == "downloading").ToList();
        Assert.InRange(told.Count, 2, 11);
        Assert.Equal(0, told[0].GetProperty("percent").GetInt32());
        Assert.Equal(100, told[^1].GetProperty("percent").GetInt32());
    }

    [Fact]
    public async Task A_download_whose_length_nobody_knows_tells_what_has_come()
    {
        _server.Instead = static async context =>
        {
            var piece = new byte[1 << 20];
            "hsqs"u8.CopyTo(piece);
            for (var sent = 0; sent < 40; sent++) await context.Response.Body.WriteAsync(piece);
            return true;
        };
        Command("1", $"\"url\": \"{_server.Url}\"");
        await Until(() => File.Exists(_places.Request));
        var told = Answers().Where(static one => Text(one, "state") == "downloading").ToList();
        Assert.Equal(3, told.Count);
        Assert.All(told, static one => Assert.Equal(0, one.GetProperty("percent").GetInt32()));
        Assert.EndsWith(" bytes", Text(told[^1], "reason"));
    }

    [Fact]
    public async Task A_second_one_is_busy_until_the_first_has_ended()
    {
        var url = $"\"url\": \"{_server.Url}\"";
        Command("1", url);
        await Until(() => File.Exists(_places.Request));
        Command("2", url);
        Assert.Equal("busy: update 1 goes on", Refusal("2"));
        Root("""{ "id": "1", "state": "refused", "percent": 0, "message": "it is for another box" }""");
        Assert.Equal("it is for another box", Refusal("1"));
        Assert.False(File.Exists(_places.Bundle), "nothing is left of it");
        Assert.False(File.Exists(_places.Request), "nothing is left of it");
        Command("3", url);
        await Until(() => File.Exists(_places.Request));
    }

    [Fact]
    public void While_a_stick_is_installed_a_command_is_busy()
    {
        Root("""{ "id": "", "state": "installing", "percent": 3, "message": "from a stick" }""");
        Command("1", $"\"url\": \"{_server.Url}\"");
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
        Assert.False(Directory.Exists(_places.Folder));
    }

    [Fact]
    public void What_is_no_image_is_not_updated_so()
    {
        File.Delete(_places.Image);
        Command("1", $"\"url\": \"{_server.Url}\"");
        Assert.StartsWith("this is no image of LightMq", Refusal("1"));
    }

    [Fact]
    public async Task A_download_goes_on_after_a_restart_of_the_agent()
    {
        using var gate = new SemaphoreSlim(0);
        _server.Instead = async _ =>
        {
            await gate.WaitAsync();
            return false;
        };
        Command("1", $"\"url\": \"{_server.Url}\"");
        Assert.True(File.Exists(_places.Order));
        _desk.Dispose();
        _server.Instead = static _ => Task.FromResult(false);
        Begin();
        await Until(() => File.Exists(_places.Request));
        Assert.Equal(_server.Bundle, File.ReadAllBytes(_places.Bundle));
        gate.Release(100);
    }

    [Fact]
    public async Task What_the_server_does_not_have_is_refused()
    {
        _server.Instead = static context =>
        {
            context.Response.StatusCode = 404;
            return Task.FromResult(true);
        };
        Command("1", $"\"url\": \"{_server.Url}\"");
        await Until(() => !File.Exists(_places.Order));
        Assert.Equal("the server answers with HTTP status 404", Refusal("1"));
    }

    private void Begin()
    {
        _loop = new Loop(TimeProvider.System);
        _outbox = new Outbox(new QueueSettings(1_000, 1 << 20));
        var telemetry = new Telemetry("attic", 1, static () => true, _outbox, TimeProvider.System);
        _commands = new CommandDesk(
            new CommandSettings("board/attic/command", "result", 100), telemetry, _loop, NullLogger.Instance);
        _desk = new UpdateDesk(new UpdateSettings(_server.CaFile, 64 << 20), _places, telemetry,
            static () => "result", _loop, TimeProvider.System, new Random(1), NullLogger.Instance);
        _commands.Add("update", _desk.Take);
        _desk.Start();
        _loop.Turn();
    }

    private void Command(string id, string keys)
    {
        var text = $$"""{ "id": "{{id}}", "action": "update"{{(keys.Length > 0 ? ", " : "")}}{{keys}} }""";
        _commands.Take(new Incoming("board/attic/command", Encoding.UTF8.GetBytes(text), false));
        _loop.Turn();
    }

    private void Root(string json)
    {
        File.WriteAllText(_places.Progress, json);
        Tick();
    }

    private void Tick()
    {
        _loop.Turn();
        _desk.Tick(isConnected: true);
        _loop.Turn();
    }

    private async Task Until(Func<bool> isSo)
    {
        var until = Environment.TickCount64 + 60_000;
        while (!isSo())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            Assert.True(Environment.TickCount64 < until, "it does not become so within a minute");
            _loop.Turn();
            await Task.Yield();
        }
        _loop.Turn();
    }

    private string Refusal(string id) => Text(Assert.Single(Answers(), one => Text(one, "id") == id
        && Text(one, "result") == "refused"), "reason");

    private List<JsonElement> Answers()
    {
        var found = new List<JsonElement>();
        while (_outbox.Take() is { } message)
        {
            Assert.Equal("result", message.Topic);
            using var json = JsonDocument.Parse(message.Payload);
            found.Add(json.RootElement.Clone());
        }
        return found;
    }

    private static string Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) ? value.GetString()! : "";
}
