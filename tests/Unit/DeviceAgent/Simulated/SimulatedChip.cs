using System.Device.Gpio;

namespace LightMq.Unit.DeviceAgent.Simulated;

/// <summary>A GPIO chip with 32 lines: a test drives its inputs and looks at its outputs.</summary>
internal sealed class SimulatedChip : GpioDriver
{
    private readonly bool[] _levels = new bool[32];
    private readonly PinMode?[] _modes = new PinMode?[32];
    private readonly PinChangeEventHandler?[] _handlers = new PinChangeEventHandler?[32];

    /// <summary>Every change of an output: line and level, in their order.</summary>
    public List<(int Line, bool IsHigh)> History { get; } = [];

    /// <summary>Before each call: here it refuses.</summary>
    public Action Before { get; set; } = static () => { };

    /// <summary>Whether a pull can be chosen.</summary>
    public bool HasPulls { get; set; } = true;

    protected override int PinCount => 32;

    public bool this[int line] => _levels[line];

    public PinMode? ModeOf(int line) => _modes[line];

    public bool IsWatched(int line) => _handlers[line] is not null;

    /// <summary>The world changes an input.</summary>
    public void Drive(int line, bool isHigh)
    {
        if (_levels[line] == isHigh) return;
        _levels[line] = isHigh;
        _handlers[line]?.Invoke(this, new PinValueChangedEventArgs(
            isHigh ? PinEventTypes.Rising : PinEventTypes.Falling, line));
    }

    /// <summary>Up and down again, so many times.</summary>
    public void Pulse(int line, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            Drive(line, true);
            Drive(line, false);
        }
    }

    protected override void OpenPin(int pinNumber)
    {
        Before();
        if (_modes[pinNumber] is not null) throw new IOException($"line {pinNumber} is busy");
    }

    protected override void ClosePin(int pinNumber)
    {
        Before();
        // As the driver of libgpiod: who still listens keeps the line.
        if (_handlers[pinNumber] is null) _modes[pinNumber] = null;
    }

    protected override void SetPinMode(int pinNumber, PinMode mode)
    {
        Before();
        _modes[pinNumber] = mode;
        // An output that is told no level begins low.
        if (mode == PinMode.Output) Write(pinNumber, PinValue.Low);
    }

    protected override void SetPinMode(int pinNumber, PinMode mode, PinValue initialValue)
    {
        Before();
        _modes[pinNumber] = mode;
        Write(pinNumber, initialValue);
    }

    protected override PinMode GetPinMode(int pinNumber) => _modes[pinNumber] ?? PinMode.Input;

    protected override bool IsPinModeSupported(int pinNumber, PinMode mode) =>
        HasPulls || mode is PinMode.Input or PinMode.Output;

    protected override PinValue Read(int pinNumber)
    {
        Before();
        return _levels[pinNumber];
    }

    protected override void Write(int pinNumber, PinValue value)
    {
        Before();
        _levels[pinNumber] = (bool)value;
        History.Add((pinNumber, (bool)value));
    }

    protected override void Toggle(int pinNumber) => Write(pinNumber, !_levels[pinNumber]);

    protected override WaitForEventResult WaitForEvent(
        int pinNumber, PinEventTypes eventTypes, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    protected override void AddCallbackForPinValueChangedEvent(
        int pinNumber, PinEventTypes eventTypes, PinChangeEventHandler callback)
    {
        Before();
        _handlers[pinNumber] += callback;
    }

    protected override void RemoveCallbackForPinValueChangedEvent(
        int pinNumber, PinChangeEventHandler callback) => _handlers[pinNumber] -= callback;

    /// <summary>Its process was killed: the kernel has taken its lines back, as they were.</summary>
    public void Release()
    {
        Array.Clear(_modes);
        Array.Clear(_handlers);
    }
}
