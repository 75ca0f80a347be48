using LightMq.DeviceAgent.Board;
using LightMq.DeviceAgent.Buses;
using LightMq.DeviceAgent.Commands;
using LightMq.DeviceAgent.Gpio;
using LightMq.DeviceAgent.Link;
using LightMq.DeviceAgent.Probes;
using LightMq.DeviceAgent.Sensors;
using LightMq.DeviceAgent.Settings;
using LightMq.DeviceAgent.Signals;
using LightMq.DeviceAgent.State;
using LightMq.DeviceAgent.Update;
using LightMq.Service;
using Microsoft.Extensions.Logging;

namespace LightMq.DeviceAgent;

/// <summary>
/// Everything between the devices and the outbox: sensors, outputs, LEDs, button, commands, board health. On
/// the loop; it knows nothing of threads and sockets.
/// </summary>
internal sealed class Agent : IDisposable
{
    private const int LookSeconds = 5;
    private readonly Parts _parts;
    private readonly Outbox _outbox;
    private readonly BusLine _disk;
    private readonly CounterFile _totals;
    private readonly SensorDesk _sensors;
    private readonly OutputDesk _outputs;
    private readonly Panel _panel;
    private readonly CommandDesk _commands;
    private readonly UpdateDesk _update;
    private AgentSettings _settings;
    private BoardHealth _board;
    private BusLine _boardBus;
    private UplinkView _uplink;
    private long _brokerSeenAt;
    private long _centralSeenAt;
    private long _ticks;
    private bool _wasConnected;

    /// <param name="settings">Settings.</param>
    /// <param name="hardware">Opens devices.</param>
    /// <param name="start">Which start this is.</param>
    /// <param name="outbox">Where messages go.</param>
    /// <param name="loop">The loop.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Where chance comes from.</param>
    /// <param name="log">The log.</param>
    public Agent(AgentSettings settings, Hardware hardware, long start, Outbox outbox, Loop loop,
        TimeProvider time, Random random, ILogger log)
    {
        (_settings, _outbox) = (settings, outbox);
        Func<bool> isTrusted = settings.IsClockTrusted ? static () => true : KernelClock.IsSynchronized;
        var telemetry = new Telemetry(settings.ClientId, start, isTrusted, outbox, time);
        var buses = new BusDesk(hardware.Bus, settings.HungAfter, loop, time, log);
        _parts = new Parts(loop, time, random, log, telemetry, buses, new GpioDesk(buses, hardware.Gpio));
        _disk = buses.Take("state");
        _totals = new CounterFile(settings.State.Directory, _disk, loop, log)
        {
            SaveInterval = settings.State.CounterSave,
        };
        _sensors = new SensorDesk(
            _parts, new ProbeRack(settings.Board.Root, hardware.I2c, hardware.Spi, time), _totals);
        _outputs = new OutputDesk(_parts);
        _panel = new Panel(_parts);
        _commands = new CommandDesk(settings.Commands, telemetry, loop, log);
        new OutputCommands(_outputs.Find, _sensors.Find).AddTo(_commands);
        _commands.Add("identify", Identify);
        _update = new UpdateDesk(settings.Update,
            new UpdatePlaces(settings.Board.Root, settings.State.Directory, settings.State.RuntimeDirectory),
            telemetry, () => _settings.Commands.ResultTopic, loop, time, random, log);
        _commands.Add("update", _update.Take);
        _uplink = new UplinkView(settings.Board.UplinkFile);
        _boardBus = buses.Take("board");
        _board = NewBoard();
    }

    /// <summary>Commands, to which others may be added.</summary>
    public CommandDesk Commands => _commands;

    /// <summary>What there is to show.</summary>
    public AgentView View(bool isConnected, string reason, bool isListening) => new()
    {
        Settings = _settings,
        Start = _parts.Telemetry.Start,
        Clock = Telemetry.Word(_parts.Telemetry.IsClockTrusted),
        Signal = _panel.Signal,
        IsConnected = isConnected,
        Reason = reason,
        IsListening = isListening,
        Uplink = _uplink.State,
        Outbox = _outbox,
        Sensors = _sensors.All.Select(static sensor => sensor.Publication).ToArray(),
        Outputs = _outputs.All.ToArray(),
        HungBuses = _parts.Buses.Hung.Select(static bus => bus.Name).ToArray(),
        ButtonComplaint = _panel.Complaint,
        Telemetry = _parts.Telemetry,
    };

    /// <summary>Begins: outputs first, for they are to be safe.</summary>
    public void Start()
    {
        (_brokerSeenAt, _centralSeenAt) = (_parts.Loop.Now, _parts.Loop.Now);
        _outputs.Change(_settings.Outputs, static () => { });
        _panel.Change(_settings);
        _sensors.Change(_settings.Sensors);
        _board.Start();
        _update.Start();
    }

    /// <summary>A second passed.</summary>
    /// <param name="isConnected">Whether the broker is there.</param>
    public void Tick(bool isConnected)
    {
        var now = _parts.Loop.Now;
        if (_ticks++ % LookSeconds == 0)
        {
            _uplink.Look();
            _board.Look();
        }
        if (isConnected) _brokerSeenAt = now;
        if (isConnected && _uplink.IsHealthy) _centralSeenAt = now;
        _wasConnected |= isConnected;
        _parts.Buses.Tick();
        _totals.Tick();
        foreach (var output in _outputs.All)
            output.Tick(TimeSpan.FromMilliseconds(
                now - (output.Settings.Contact == ContactKind.Central ? _centralSeenAt : _brokerSeenAt)));
        _update.Tick(isConnected);
        _panel.Show(Judge(isConnected));
    }

    /// <summary>A command came.</summary>
    public void Take(Incoming message) => _commands.Take(message);

    /// <summary>Other settings: only what changed is touched.</summary>
    /// <returns>The parts that changed.</returns>
    public IReadOnlyList<string> Change(AgentSettings settings)
    {
        var before = _settings;
        _settings = settings;
        var parts = new List<string>();
        _totals.SaveInterval = settings.State.CounterSave;
        _outbox.Settings = settings.Queue;
        if (settings.Queue != before.Queue) parts.Add("Queue");
        _commands.Settings = settings.Commands;
        if (settings.Commands != before.Commands) parts.Add("Commands");
        _update.Settings = settings.Update;
        if (settings.Update != before.Update) parts.Add("Update");
        // What goes makes room for what comes: one line may go from one kind of use to another.
        var kept = settings.Outputs.Where(before.Outputs.Contains).ToArray();
        _outputs.Change(kept, static () => { });
        _sensors.Change(settings.Sensors.Where(before.Sensors.Contains).ToArray());
        var isPanel = !settings.Leds.Equals(before.Leds) || settings.Button != before.Button
            || settings.Press != before.Press || settings.BaseTopic != before.BaseTopic;
        if (isPanel) _panel.Clear();
        _outputs.Change(settings.Outputs, static () => { });
        if (!settings.Outputs.Equals(before.Outputs)) parts.Add("Outputs");
        if (isPanel)
        {
            _panel.Change(settings);
            parts.Add("Leds, Button");
        }
        _sensors.Change(settings.Sensors);
        if (!settings.Sensors.Equals(before.Sensors)) parts.Add("Sensors");
        if (settings.Board != before.Board)
        {
            _board.Stop();
            _uplink = new UplinkView(settings.Board.UplinkFile);
            _board = NewBoard();
            _board.Start();
            parts.Add("Board");
        }
        return parts;
    }

    /// <summary>Makes outputs safe, keeps totals, sends what is gathered.</summary>
    /// <param name="done">Once that is done.</param>
    public void Stop(Action done)
    {
        var left = 2;
        void Done()
        {
            if (--left == 0) done();
        }

        _outputs.Change([], Done);
        _sensors.Change([]);
        _board.Stop();
        _totals.Save(_ => Done());
        _panel.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _update.Dispose();
        _parts.Buses.Dispose();
    }

    private BoardHealth NewBoard() =>
        new(_settings.Board, _boardBus, _uplink, _parts.Telemetry, _outbox, _parts.Loop);

    private Signal Judge(bool isConnected) =>
        _board.IsDataMissing ? Signal.StorageTrouble
        : _board.HasProvisioningErrors ? Signal.ProvisioningError
        : !isConnected ? _wasConnected ? Signal.BrokerAway : Signal.Starting
        : _uplink is { IsThere: true, IsHealthy: false } ? Signal.UplinkAway
        : _sensors.All.Any(static sensor => sensor.Publication.Quality is Quality.Bad or Quality.Partial)
            || _outputs.All.Any(static output => output.Complaint.Length > 0) || _parts.Buses.Hung.Any()
            ? Signal.SensorTrouble
        : Signal.Healthy;

    private void Identify(CommandCall call)
    {
        const double SecondsMax = 3_600;
        if (!call.TryNumber("seconds", _settings.Press.IdentifyFor.TotalSeconds, 0, SecondsMax,
            out var seconds))
        {
            call.Refuse($"seconds is not a number from 0 to {SecondsMax}");
            return;
        }
        _panel.Identify(TimeSpan.FromSeconds(seconds), $"command {call.Id}");
        call.Done();
    }
}
