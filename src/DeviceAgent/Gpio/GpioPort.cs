using System.Device.Gpio;
using LightMq.DeviceAgent.Buses;

namespace LightMq.DeviceAgent.Gpio;

/// <summary>
/// A GPIO chip. On its bus's thread, but for what it calls when an edge comes, which is on the driver's.
/// </summary>
/// <param name="chip">Number of <c>/dev/gpiochipN</c>.</param>
/// <param name="driver">Opens it.</param>
internal sealed class GpioPort(int chip, Func<int, GpioDriver> driver) : IDisposable
{
    private readonly Dictionary<int, PinChangeEventHandler> _watched = [];
    private GpioController? _controller;

    /// <summary>Opens a line for reading.</summary>
    /// <exception cref="IOException">It is not there, in use, or cannot be pulled so.</exception>
    public void OpenInput(int line, PinMode mode) => Guard(controller =>
    {
        if (!controller.IsPinModeSupported(line, mode))
            throw new DeviceFault($"the chip cannot make line {line} {mode}");
        controller.OpenPin(line, mode);
        return true;
    });

    /// <summary>Opens a line for writing, which has its level from the first moment on.</summary>
    /// <exception cref="IOException">It is not there, or in use.</exception>
    public void OpenOutput(int line, bool isHigh) => Guard(controller =>
    {
        controller.OpenPin(line, PinMode.Output, isHigh);
        return true;
    });

    /// <summary>Whether a line is high.</summary>
    public bool Read(int line) => Guard(controller => controller.Read(line) == PinValue.High);

    /// <summary>Sets a line.</summary>
    public void Write(int line, bool isHigh) => Guard(controller =>
    {
        controller.Write(line, isHigh);
        return true;
    });

    /// <summary>Calls at each edge, until the line is closed.</summary>
    public void Watch(int line, PinChangeEventHandler edge) => Guard(controller =>
    {
        controller.RegisterCallbackForPinValueChangedEvent(
            line, PinEventTypes.Rising | PinEventTypes.Falling, edge);
        _watched[line] = edge;
        return true;
    });

    /// <summary>Closes a line if it is open.</summary>
    public void Close(int line)
    {
        if (_controller?.IsPinOpen(line) == true) Guard(controller =>
        {
            // The library's driver does not close a line that somebody still listens to.
            if (_watched.Remove(line, out var edge))
                controller.UnregisterCallbackForPinValueChangedEvent(line, edge);
            controller.ClosePin(line);
            return true;
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _controller?.Dispose();
        _controller = null;
        _watched.Clear();
    }

    // The library says what a chip does not want in this way; one of ours that is open twice was refused by
    // the settings.
    private T Guard<T>(Func<GpioController, T> work)
    {
        try
        {
            _controller ??= new GpioController(driver(chip));
            return work(_controller);
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or ArgumentException)
        {
            throw new DeviceFault(wrong.Message);
        }
    }
}
