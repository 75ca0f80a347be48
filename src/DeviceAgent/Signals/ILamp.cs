using LightMq.DeviceAgent.Buses;
using LightMq.DeviceAgent.Gpio;
using LightMq.DeviceAgent.Settings;

namespace LightMq.DeviceAgent.Signals;

/// <summary>A status LED, on its bus's thread.</summary>
internal interface ILamp
{
    /// <summary>Where that is.</summary>
    BusLine Bus { get; }

    /// <summary>Makes it shine or not.</summary>
    /// <exception cref="IOException">It cannot be done.</exception>
    void Set(bool isOn);

    /// <summary>Leaves it dark.</summary>
    void Close();
}

/// <summary>An LED that the kernel drives.</summary>
internal sealed class KernelLamp(string root, string name, BusLine bus) : ILamp
{
    private readonly string _folder = Path.Combine(root, "sys/class/leds", name);
    private bool _isOurs;

    /// <inheritdoc/>
    public BusLine Bus => bus;

    /// <inheritdoc/>
    public void Set(bool isOn)
    {
        if (!Directory.Exists(_folder)) throw new DeviceFault($"the kernel shows no LED {name}");
        // The kernel blinks by itself else, as for the card's activity.
        if (!_isOurs) File.WriteAllText(Path.Combine(_folder, "trigger"), "none");
        _isOurs = true;
        var brightest = Board.KernelFile.Line(Path.Combine(_folder, "max_brightness"));
        File.WriteAllText(
            Path.Combine(_folder, "brightness"), !isOn ? "0" : brightest.Length > 0 ? brightest : "1");
    }

    /// <inheritdoc/>
    public void Close()
    {
        if (_isOurs) Set(false);
    }
}

/// <summary>An LED on a line.</summary>
internal sealed class LineLamp(LineSettings line, GpioTap tap) : ILamp
{
    private bool _isOpen;

    /// <inheritdoc/>
    public BusLine Bus => tap.Bus;

    /// <summary>Its chip.</summary>
    public GpioTap Tap => tap;

    /// <inheritdoc/>
    public void Set(bool isOn)
    {
        var isHigh = isOn != line.IsActiveLow;
        if (_isOpen) tap.Port.Write(line.Line, isHigh);
        else tap.Port.OpenOutput(line.Line, isHigh);
        _isOpen = true;
    }

    /// <inheritdoc/>
    public void Close()
    {
        if (_isOpen) tap.Port.Write(line.Line, line.IsActiveLow);
        tap.Port.Close(line.Line);
    }
}
