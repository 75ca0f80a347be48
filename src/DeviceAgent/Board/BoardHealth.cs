using LightMq.DeviceAgent.Buses;
using LightMq.DeviceAgent.Link;
using LightMq.DeviceAgent.Sensors;
using LightMq.DeviceAgent.Settings;

namespace LightMq.DeviceAgent.Board;

/// <summary>Publishes the board's own figures at their rate. On the loop; they are read on a bus.</summary>
internal sealed class BoardHealth(
    BoardSettings settings, BusLine bus, UplinkView uplink, Telemetry telemetry, Outbox outbox, Loop loop)
{
    private const string Stream = "board";
    private readonly BoardReader _reader = new(settings.Root, telemetry.Board, settings.DataDirectory);
    private Alarm? _due;
    private bool _isAsked;
    private bool _isOver;

    /// <summary>Whether the board runs without its data disk.</summary>
    public bool IsDataMissing { get; private set; }

    /// <summary>Whether lightmq.txt was not taken over, or its card is in trouble.</summary>
    public bool HasProvisioningErrors { get; private set; }

    /// <summary>Begins.</summary>
    public void Start()
    {
        if (settings.Interval > TimeSpan.Zero) Ask();
    }

    /// <summary>Ends.</summary>
    public void Stop()
    {
        _isOver = true;
        _due?.Cancel();
    }

    /// <summary>Looks for what the LEDs show; every few seconds.</summary>
    public void Look() => bus.Do(() => (_reader.IsDataMissing, _reader.HasProvisioningErrors),
        (seen, _) => (IsDataMissing, HasProvisioningErrors) = seen);

    private void Ask()
    {
        _due = loop.After(settings.Interval, Ask);
        if (_isAsked) return;
        _isAsked = true;
        bus.Do(() => _reader.Read(0, default), Took);
    }

    private void Took(Reading? reading, string? fault)
    {
        _isAsked = false;
        if (_isOver || reading is null) return;
        telemetry.Send(Stream, settings.Topic, (reading with
        {
            Start = telemetry.Start,
            Sequence = telemetry.Next(Stream),
            Time = telemetry.Now,
            Clock = Telemetry.Word(telemetry.IsClockTrusted),
            Uplink = uplink.State,
            Skipped = outbox.SkippedCount,
        }).ToJson());
    }
}
