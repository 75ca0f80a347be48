using System.Diagnostics;
using System.Text;
using System.Text.Json;
using LightMq.Mqtt;
using LightMq.Process.Broker;
using LightMq.Process.Clients;

namespace LightMq.Process.Agent;

/// <summary>The real agent on a sample tree of /sys, and somebody who listens at its broker.</summary>
internal sealed class AgentRig : IDisposable
{
    private const int WaitMilliseconds = 30_000;
    private readonly Scratch _scratch = new();
    private readonly StringBuilder _log = new();
    private System.Diagnostics.Process? _agent;

    public AgentRig(int brokerPort)
    {
        BrokerPort = brokerPort;
        foreach (var name in (string[])["run", "state"]) Directory.CreateDirectory(_scratch[name]);
        With("proc/loadavg", "0.52 0.58 0.59 1/182 12345\n");
        With("sys/class/hwmon/hwmon0/name", "supply\n");
        With("sys/class/hwmon/hwmon0/in0_input", "5012\n");
        With("sys/bus/w1/devices/28-0123456789ab/w1_slave",
            "91 01 4b 46 7f ff 0c 10 70 : crc=70 YES\n91 01 4b 46 7f ff 0c 10 70 t=25062\n");
        With("sys/class/leds/ACT/trigger", "[mmc0]\n");
        With("sys/class/leds/ACT/max_brightness", "1\n");
        With("sys/class/leds/ACT/brightness", "0\n");
    }

    public int BrokerPort { get; set; }

    public string this[string name] => _scratch[name];

    public int Id => _agent!.Id;

    public bool HasExited => _agent!.HasExited;

    public string Log
    {
        get
        {
            lock (_log) return _log.ToString();
        }
    }

    /// <summary>The status file; null: there is none yet.</summary>
    public JsonElement? Status
    {
        get
        {
            try
            {
                using var json = JsonDocument.Parse(File.ReadAllBytes(_scratch["run/agent.json"]));
                return json.RootElement.Clone();
            }
            catch (IOException)
            {
                return null;
            }
        }
    }

    /// <summary>A file of the sample tree.</summary>
    public void With(string file, string text)
    {
        var path = Path.Combine(_scratch.Path, "board", file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    public string Read(string file) => File.ReadAllText(Path.Combine(_scratch.Path, "board", file));

    /// <summary>Writes the configuration anew; a running agent takes it over.</summary>
    public AgentRig Configure(string sections = "", string broker = "", string clientId = "attic")
    {
        File.WriteAllText(_scratch["agent.json.new"], $$"""
            {
              "ClientId": "{{clientId}}", "BaseTopic": "parent/attic", "BusHungSeconds": 1,
              "Broker": { "Address": "127.0.0.1:{{BrokerPort}}", "BackoffMillisecondsMax": 300 {{broker}} },
              "Board": { "IntervalSeconds": 0, "Root": "{{_scratch["board"]}}", "UplinkFile": "" },
              "State": { "Directory": "{{_scratch["state"]}}", "RuntimeDirectory": "{{_scratch["run"]}}" }
              {{(sections.Length > 0 ? "," + sections.Replace("SCRATCH", _scratch.Path) : "")}}
            }
            """);
        File.Move(_scratch["agent.json.new"], _scratch["agent.json"], overwrite: true);
        return this;
    }

    /// <summary>Starts it, with variables of the environment as systemd sets them.</summary>
    public AgentRig Start(params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(
            Repository.PathOf("lightmq-deviceagent", "DeviceAgent"), ["--config", _scratch["agent.json"]])
        {
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        _agent = System.Diagnostics.Process.Start(start)!;
        _agent.ErrorDataReceived += (_, line) =>
        {
            lock (_log) _log.AppendLine(line.Data);
        };
        _agent.BeginErrorReadLine();
        return this;
    }

    public void Signal(string signal)
    {
        using var kill = System.Diagnostics.Process.Start("kill", [$"-{signal}", $"{_agent!.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>SIGTERM; gives the exit status.</summary>
    public int Terminate()
    {
        Signal("TERM");
        if (!_agent!.WaitForExit(TimeSpan.FromSeconds(30)))
            throw new InvalidOperationException($"still running 30 s after SIGTERM: {Log}");
        return _agent.ExitCode;
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        _agent!.Kill();
        _agent.WaitForExit();
    }

    public void WaitFor(Func<bool> isSo, string what)
    {
        for (var until = Environment.TickCount64 + WaitMilliseconds; !isSo(); Thread.Sleep(20))
            if (Environment.TickCount64 > until) throw new InvalidOperationException($"no {what}: {Log}");
    }

    public void WaitForLog(string text) =>
        WaitFor(() => Log.Contains(text, StringComparison.Ordinal), $"log '{text}'");

    /// <summary>The next message on a topic that fulfils a condition; others are forgotten.</summary>
    public JsonElement Next(TinyClient listener, string topic, Func<JsonElement, bool>? isIt = null)
    {
        for (var until = Environment.TickCount64 + WaitMilliseconds; Environment.TickCount64 < until;)
        {
            if (listener.Next(1_000) is not { Type: PacketType.Publish } packet) continue;
            if (packet.Qos == 1) listener.Ack(PacketType.PubAck, packet.Id);
            if (packet.Topic != topic) continue;
            using var json = JsonDocument.Parse(packet.Payload);
            if (isIt?.Invoke(json.RootElement) != false) return json.RootElement.Clone();
        }
        throw new InvalidOperationException($"nothing on {topic}: {Log}");
    }

    public void Dispose()
    {
        if (_agent is not null)
        {
            if (!_agent.HasExited) Kill();
            _agent.Dispose();
        }
        _scratch.Dispose();
    }
}
