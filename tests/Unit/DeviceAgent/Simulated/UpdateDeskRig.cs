using System.Text;
using System.Text.Json;
using LightMq.DeviceAgent;
using LightMq.DeviceAgent.Commands;
using LightMq.DeviceAgent.Link;
using LightMq.DeviceAgent.Sensors;
using LightMq.DeviceAgent.Settings;
using LightMq.DeviceAgent.Update;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace LightMq.Unit.DeviceAgent.Simulated;

/// <summary>The desk of updates, a server with a bundle, and the folders that root would use.</summary>
public abstract class UpdateDeskRig : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lightmq-").FullName;
    private Loop _loop = null!;
    private CommandDesk _commands = null!;
    private UpdateDesk _desk = null!;

    private protected BundleServer Server { get; private set; } = null!;
    private protected UpdatePlaces Places { get; private set; } = null!;
    private protected Outbox Outbox { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await BundleServer.StartAsync();
        Places = new UpdatePlaces(_folder, Path.Combine(_folder, "state"), Path.Combine(_folder, "runtime"));
        foreach (var path in (string[])[Places.Image, Places.Progress, Places.Result, Places.Request])
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(Places.Image, "{}");
        Begin();
    }

    public async ValueTask DisposeAsync()
    {
        _desk.Dispose();
        await Server.DisposeAsync();
        GC.SuppressFinalize(this);
        Directory.Delete(_folder, recursive: true);
    }

    private protected void Restart()
    {
        _desk.Dispose();
        Begin();
    }

    private void Begin()
    {
        _loop = new Loop(TimeProvider.System);
        Outbox = new Outbox(new QueueSettings(1_000, 1 << 20));
        var telemetry = new Telemetry("attic", 1, static () => true, Outbox, TimeProvider.System);
        _commands = new CommandDesk(
            new CommandSettings("board/attic/command", "result", 100), telemetry, _loop, NullLogger.Instance);
        _desk = new UpdateDesk(new UpdateSettings(Server.CaFile, 64 << 20), Places, telemetry,
            static () => "result", _loop, TimeProvider.System, new Random(1), NullLogger.Instance);
        _commands.Add("update", _desk.Take);
        _desk.Start();
        _loop.Turn();
    }

    private protected void Command(string id, string keys)
    {
        var text = $$"""{ "id": "{{id}}", "action": "update"{{(keys.Length > 0 ? ", " : "")}}{{keys}} }""";
        _commands.Take(new Incoming("board/attic/command", Encoding.UTF8.GetBytes(text), false));
        _loop.Turn();
    }

    private protected void Root(string json)
    {
        File.WriteAllText(Places.Progress, json);
        Tick();
    }

    private protected void Tick()
    {
        _loop.Turn();
        _desk.Tick(isConnected: true);
        _loop.Turn();
    }

    private protected async Task Until(Func<bool> isSo)
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

    private protected string Refusal(string id) => Text(Assert.Single(Answers(), one => Text(one, "id") == id
        && Text(one, "result") == "refused"), "reason");

    private protected List<JsonElement> Answers()
    {
        var found = new List<JsonElement>();
        while (Outbox.Take() is { } message)
        {
            Outbox.Acknowledged(message);
            Assert.Equal("result", message.Topic);
            using var json = JsonDocument.Parse(message.Payload);
            found.Add(json.RootElement.Clone());
        }
        _loop.Turn();
        return found;
    }

    private protected static string Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) ? value.GetString()! : "";
}
