using System.Diagnostics;
using System.Text;
using System.Text.Json;
using LightMq.Mqtt;
using LightMq.Process.Broker;
using LightMq.Process.Chain;
using LightMq.Process.Clients;

namespace LightMq.Process.Uplink;

/// <summary>A real edge broker and a real uplink before whatever central a test has.</summary>
internal sealed class UplinkRig : IDisposable
{
    private const int WaitSecondsMax = 30;

    private readonly Scratch _scratch = new();
    private readonly BrokerProcess _broker;
    private readonly string _central;
    private ushort _id;
    private TinyClient? _sensor;

    /// <param name="central">Keys of the section Central, as JSON; SCRATCH is the scratch directory.</param>
    /// <param name="sections">Other sections.</param>
    public UplinkRig(string central, string sections = "")
    {
        File.WriteAllText(_scratch["edge.json"], """
            {
              "Listeners": [ { "Address": "127.0.0.1:0", "Dialect": "plain", "Anonymous": true } ],
              "Bridges": [ { "ClientId": "GID_plant@@@up", "Filters": [ "#" ] } ]
            }
            """);
        _broker = BrokerProcess.StartWith("--config", _scratch["edge.json"], "--data", _scratch["edge"]);
        _central = central;
        Write(sections);
    }

    public UplinkRig(ScriptedCentral central, string more = """ "Login": "none" """, string sections = "")
        : this($$""" "Addresses": [ "127.0.0.1:{{central.Port}}" ], {{more}} """, sections)
    {
    }

    public ProgramProcess Uplink { get; private set; } = null!;

    public string this[string name] => _scratch[name];

    public BrokerProcess Broker => _broker;

    /// <summary>State of the link as the status file says; empty: there is none yet.</summary>
    public string State => Status("state")?.GetString() ?? "";

    /// <summary>Writes the configuration anew.</summary>
    public void Write(string sections = "") => File.WriteAllText(_scratch["uplink.json"], $$"""
        {
          "ClientId": "GID_plant@@@up",
          "Local": { "Address": "127.0.0.1:{{_broker.Port}}" },
          "Central": {
            "BackoffMilliseconds": 50, "BackoffMillisecondsMax": 200,
            {{_central.Replace("SCRATCH", _scratch.Path)}}
          },
          {{sections.Replace("SCRATCH", _scratch.Path)}}
          "State": { "Directory": "{{_scratch["state"]}}" },
          "Clock": { "Trust": "always" }
        }
        """);

    public UplinkRig Start()
    {
        Uplink?.Dispose();
        Uplink = ProgramProcess.Start("lightmq-uplink", "Uplink", "--config", _scratch["uplink.json"]);
        return this;
    }

    /// <summary>The uplink's command <c>refused</c>.</summary>
    public string Refused(params string[] words)
    {
        var start = new ProcessStartInfo(Repository.PathOf("lightmq-uplink", "Uplink"),
            ["refused", .. words, "--config", _scratch["uplink.json"]])
        { RedirectStandardOutput = true };
        using var process = System.Diagnostics.Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"it ends with {process.ExitCode}");
        return output;
    }

    /// <summary>A sensor publishes, QoS 1, and the edge broker has it when this returns.</summary>
    public void Publish(string topic, params string[] payloads)
    {
        _sensor ??= TinyClient.Connect(_broker.Port, "sensor", keepAlive: 600);
        foreach (var payload in payloads)
        {
            _sensor.Publish(topic, Encoding.UTF8.GetBytes(payload), 1, ++_id);
            while (_sensor.Expect(PacketType.PubAck).Id != _id) { }
        }
    }

    public async Task WaitForState(string state) =>
        await Wait(() => State == state, () => $"state {state}; it is {State}");

    public async Task WaitForLog(string text) =>
        await Wait(() => Uplink.Log.Contains(text, StringComparison.Ordinal), () => $"log '{text}'");

    public async Task WaitForCount(string counter, long count) =>
        await Wait(() => Status(counter)?.GetInt64() >= count, () => $"{counter} {count}");

    private async Task Wait(Func<bool> isSo, Func<string> what)
    {
        for (var until = Environment.TickCount64 + WaitSecondsMax * 1_000; !isSo();)
        {
            if (Environment.TickCount64 > until || Uplink.HasExited)
                throw new InvalidOperationException($"no {what()}: {Uplink.Log}");
            await Task.Delay(20);
        }
    }

    private JsonElement? Status(string name)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_scratch["state"],
                "status.json")));
            return json.RootElement.GetProperty(name).Clone();
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        Uplink?.Dispose();
        _sensor?.Dispose();
        _broker.Dispose();
        _scratch.Dispose();
    }
}
