using System.Text;
using System.Text.Json;
using LightMq.Appliance.Board;
using LightMq.Process.Broker;
using LightMq.Process.Chain;
using LightMq.Process.Clients;

namespace LightMq.Appliance;

/// <summary>Where updates lie, over HTTPS, and who orders them over MQTT.</summary>
internal sealed class UpdateShop : IDisposable
{
    private const string Settings = "/etc/lightmq/agent.json";
    private const string Authority = "/etc/lightmq/tls/update-ca.pem";

    private readonly Box _box;
    private readonly Scratch _scratch = new();
    private readonly int _port = Machine.FreePort();
    private System.Diagnostics.Process? _server;

    public UpdateShop(Box box) => _box = box;

    /// <summary>Opens it, and lets the box's agent trust its certificate.</summary>
    public async Task Trust(Shell shell)
    {
        await Tool.Run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30",
            "-subj", "/CN=updates", "-addext", "subjectAltName=IP:10.0.2.2",
            "-keyout", _scratch["key.pem"], "-out", _scratch["certificate.pem"]);
        _server = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("openssl",
        [
            "s_server", "-accept", $"127.0.0.1:{_port}", "-cert", _scratch["certificate.pem"],
            "-key", _scratch["key.pem"], "-WWW", "-quiet",
        ])
        {
            WorkingDirectory = Path.Combine(Repository.Root, "artifacts", "image", "updates"),
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        await shell.Copy(_scratch["certificate.pem"], Authority);
        await shell.Run($"chgrp lightmq {Authority}; chmod 640 {Authority}; "
            + $"sed -i '0,/{{/s||{{ \"Update\": {{ \"CA\": \"{Authority}\" }},|' {Settings}; "
            + "systemctl reload lightmq-deviceagent || systemctl restart lightmq-deviceagent");
    }

    /// <summary>Orders an update.</summary>
    public void Order(string id, string bundle)
    {
        using var client = TinyClient.Connect(
            _box.Machine.MqttPort, "office", user: Box.Sensor, password: Box.SensorPassword);
        var order = $$"""
            {"id":"{{id}}","action":"update","url":"https://10.0.2.2:{{_port}}/{{bundle}}","window":"now"}
            """;
        client.Publish("plant/1/command", Encoding.UTF8.GetBytes(order), 1, 1);
        client.Expect(Mqtt.PacketType.PubAck);
        client.Disconnect();
    }

    /// <summary>What the box said in the end, as it came into the core.</summary>
    public async Task<string> Result(string id, CancellationToken cancel, int seconds = 300)
    {
        using var reader = _box.Central.Reader();
        var all = await reader.ReadUntil(
            "plant", messages => Last(messages, id) is not null, seconds, cancel);
        var results = all.Where(static one => one.Topic.EndsWith("/result")).Select(CoreReader.Text);
        return Last(all, id) ?? throw new InvalidOperationException(
            $"no result of '{id}'; there is: {string.Join("; ", results)}");
    }

    public void Dispose()
    {
        if (_server is { HasExited: false }) _server.Kill();
        _server?.Dispose();
        _scratch.Dispose();
    }

    private static string? Last(List<CoreMessage> messages, string id)
    {
        foreach (var message in messages)
        {
            if (!message.Topic.EndsWith("/result", StringComparison.Ordinal)) continue;
            using var json = JsonDocument.Parse(message.Payload);
            var (about, result) = (
                json.RootElement.GetProperty("id"), json.RootElement.GetProperty("result"));
            if (about.GetString() == id && result.GetString() != "progress") return CoreReader.Text(message);
        }
        return null;
    }
}
