using System.Device.I2c;
using System.Device.Spi;
using System.Text;
using System.Text.Json;
using LightMq.DeviceAgent;
using LightMq.DeviceAgent.Buses;
using LightMq.DeviceAgent.Link;
using LightMq.DeviceAgent.Settings;
using LightMq.DeviceAgent.State;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace LightMq.Unit.DeviceAgent.Simulated;

/// <summary>
/// The agent without threads: its buses do their work when the bench turns, its clock moves when a test says,
/// and what it sends lies in the outbox.
/// </summary>
internal sealed class AgentBench : IDisposable
{
    private readonly List<HandBus> _buses = [];
    private readonly SampleBoard _files = new();
    private Agent? _agent;

    public BoardClock Clock { get; } = new();
    public SimulatedChip Chip { get; private set; } = new();
    public Dictionary<int, I2cDevice> I2c { get; } = [];
    public SpiDevice? Spi { get; set; }
    public BenchLog Log { get; } = new();
    public Loop Loop { get; private set; } = null!;
    public Outbox Outbox { get; private set; } = null!;
    public bool IsConnected { get; set; } = true;

    /// <summary>Makes a bus; the bench's own, unless a test wants a real thread.</summary>
    public Func<string, IBus?>? MakeBus { get; set; }

    /// <summary>Rate of the board's own figures; 0: none.</summary>
    public int BoardSeconds { get; set; }

    /// <summary>The uplink's status file; empty: the board has no uplink.</summary>
    public string UplinkFile { get; set; } = "";

    public Agent Agent => _agent!;

    public SampleBoard Files => _files;

    public string StateDirectory => Path.Combine(_files.Root, "state");

    public string RuntimeDirectory => Path.Combine(_files.Root, "runtime");

    /// <summary>Settings from JSON, which may hold comments and lack everything.</summary>
    public AgentSettings Settings(string json)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes($$"""
            {
              "ClientId": "attic", "State": { "Directory": "{{StateDirectory}}" },
              "Board": { "IntervalSeconds": {{BoardSeconds}}, "Root": "{{_files.Root}}",
                  "UplinkFile": "{{UplinkFile}}" },
              "Clock": { "Trust": "always" }{{(json.Length > 0 ? "," : "")}}
              {{json}}
            }
            """));
        return SettingsReader.Read(new ConfigurationBuilder().AddJsonStream(stream).Build(),
            new Surroundings("attic", "", RuntimeDirectory));
    }

    /// <summary>Starts an agent; one that ran before was killed.</summary>
    public AgentBench Start(string json)
    {
        Directory.CreateDirectory(RuntimeDirectory);
        foreach (var bus in _buses) bus.Dispose();
        _buses.Clear();
        Chip.Release();
        Loop = new Loop(Clock);
        var settings = Settings(json);
        Outbox = new Outbox(settings.Queue);
        var hardware = new Hardware(
            name =>
            {
                if (MakeBus?.Invoke(name) is { } other) return other;
                var bus = new HandBus();
                _buses.Add(bus);
                return bus;
            },
            _ => Chip,
            connection => I2c.TryGetValue(connection.DeviceAddress, out var device)
                ? device : throw new IOException("Error 121. Remote I/O error"),
            _ => Spi ?? throw new IOException("Error 2. Can not open SPI device file"));
        var start = StateFolder.NextStart(settings.State.Directory, Clock);
        _agent = new Agent(settings, hardware, start, Outbox, Loop, Clock, new Random(1), Log);
        _agent.Start();
        Turn();
        return this;
    }

    /// <summary>A board after a power cut: all lines are inputs again.</summary>
    public void CutPower() => Chip = new SimulatedChip();

    public AgentBench Change(string json)
    {
        Agent.Change(Settings(json));
        return Turn();
    }

    /// <summary>Everything that can be done is done.</summary>
    public AgentBench Turn()
    {
        do Loop.Turn();
        while (_buses.ToArray().Count(static bus => bus.Work()) > 0 || Loop.IsBusy);
        return this;
    }

    /// <summary>Time passes, in steps of 10 ms, with a tick each second.</summary>
    public AgentBench Pass(double seconds)
    {
        for (var left = (int)Math.Round(seconds * 100); left > 0; left--)
        {
            var before = (int)Clock.Elapsed.TotalSeconds;
            Clock.Advance(TimeSpan.FromMilliseconds(10));
            Turn();
            if ((int)Clock.Elapsed.TotalSeconds != before) Agent.Tick(IsConnected);
            Turn();
        }
        return this;
    }

    /// <summary>Stops it as systemd would.</summary>
    public bool Stop()
    {
        var isDone = false;
        Agent.Stop(() => isDone = true);
        Turn();
        return isDone;
    }

    /// <summary>What was sent on a topic since the last time, each as JSON.</summary>
    public List<JsonElement> Sent(string topic)
    {
        var found = new List<JsonElement>();
        var others = new List<Outgoing>();
        while (Outbox.Take() is { } message)
        {
            if (message.Topic != topic) others.Add(message);
            else
            {
                using var json = JsonDocument.Parse(message.Payload);
                found.Add(json.RootElement.Clone());
            }
        }
        Outbox.Return(others);
        return found;
    }

    public List<JsonElement> SentBy(string sensor) => Sent($"board/attic/sensor/{sensor}");

    public void Command(string json, string topic = "board/attic/command", bool isRetained = false)
    {
        Agent.Take(new Incoming(topic, Encoding.UTF8.GetBytes(json), isRetained));
        Turn();
    }

    public string Line => StatusBoard.Line(Agent.View(IsConnected, "gone", true));

    public void Dispose()
    {
        _agent?.Dispose();
        _files.Dispose();
    }
}

/// <summary>A bus that works when it is told to.</summary>
internal sealed class HandBus : IBus
{
    private readonly Queue<Action> _work = new();

    public void Post(Action work) => _work.Enqueue(work);

    public bool Work()
    {
        var isSome = _work.Count > 0;
        while (_work.TryDequeue(out var work)) work();
        return isSome;
    }

    public void Dispose()
    {
    }
}

/// <summary>Keeps the lines of the log.</summary>
internal sealed class BenchLog : ILogger
{
    private readonly List<string> _lines = [];

    public string[] Lines
    {
        get
        {
            lock (_lines) return [.. _lines];
        }
    }

    public int Count(string part) => Lines.Count(line => line.Contains(part, StringComparison.Ordinal));

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel level) => true;

    public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception,
        Func<TState, Exception?, string> format)
    {
        lock (_lines) _lines.Add(format(state, exception));
    }
}
