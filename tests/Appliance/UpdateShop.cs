using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using LightMq.Appliance.Board;
using LightMq.Process.Broker;
using LightMq.Process.Chain;
using LightMq.Process.Clients;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;

namespace LightMq.Appliance;

/// <summary>Where updates lie, over HTTPS, and who orders them over MQTT.</summary>
internal sealed class UpdateShop : IDisposable
{
    private const string Settings = "/etc/lightmq/agent.json";
    private const string Authority = "/etc/lightmq/tls/update-ca.pem";

    private readonly Box _box;
    private readonly Certificate _certificate = Certificate.Make("IP:10.0.2.2");
    private WebApplication? _server;
    private string _address = "";

    public UpdateShop(Box box) => _box = box;

    /// <summary>Opens it, and lets the box's agent trust its certificate.</summary>
    public async Task Trust(Shell shell)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
            {
                https.ServerCertificate =
                    X509Certificate2.CreateFromPemFile(_certificate.File, _certificate.Key);
                // Without AES instructions, as the box is, the fastest by far.
                https.OnAuthenticate = static (_, tls) => tls.CipherSuitesPolicy =
                    new CipherSuitesPolicy([TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256]);
            })));
        _server = builder.Build();
        _server.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(
                Path.Combine(Repository.Root, "artifacts", "image", "updates")),
            ServeUnknownFileTypes = true,
        });
        await _server.StartAsync();
        // As the box sees this machine.
        _address = $"https://10.0.2.2:{new Uri(_server.Urls.First()).Port}";
        await shell.Copy(_certificate.File, Authority);
        await shell.Run($"chgrp lightmq {Authority}; chmod 640 {Authority}; "
            + $"sed -i '0,/{{/s||{{ \"Update\": {{ \"CA\": \"{Authority}\" }},|' {Settings}; "
            + "systemctl reload lightmq-deviceagent || systemctl restart lightmq-deviceagent");
    }

    /// <summary>Orders an update.</summary>
    public void Order(string id, string bundle) => Command($$"""
        {"id":"{{id}}","action":"update","url":"{{_address}}/{{bundle}}","window":"now"}
        """);

    /// <summary>Commands something.</summary>
    public void Command(string order)
    {
        using var client = TinyClient.Connect(
            _box.Machine.MqttPort, "office", user: Box.Sensor, password: Box.SensorPassword);
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

    /// <summary>Waits until the box has said that it is so far.</summary>
    public async Task AwaitProgress(string id, string state, int percent, CancellationToken cancel)
    {
        using var reader = _box.Central.Reader();
        var all = await reader.ReadUntil(
            "plant", messages => IsSoFar(messages, id, state, percent), 1_200, cancel);
        if (!IsSoFar(all, id, state, percent))
            throw new InvalidOperationException($"'{id}' never came to '{state}', {percent} %");
    }

    /// <summary>Nothing of an update that has ended takes room.</summary>
    public static async Task AssertNothingIsLeft(Shell shell) =>
        Xunit.Assert.Equal("", await shell.Run("find /data -name '*.raucb*' -size +1M"));

    public void Dispose()
    {
        ((IDisposable?)_server)?.Dispose();
        _certificate.Dispose();
    }

    private static bool IsSoFar(List<CoreMessage> messages, string id, string state, int percent) =>
        messages.Exists(message =>
        {
            if (!message.Topic.EndsWith("/result", StringComparison.Ordinal)) return false;
            using var json = JsonDocument.Parse(message.Payload);
            return json.RootElement.GetProperty("id").GetString() == id
                && json.RootElement.TryGetProperty("state", out var at) && at.GetString() == state
                && json.RootElement.TryGetProperty("percent", out var part) && part.GetInt32() >= percent;
        });

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
