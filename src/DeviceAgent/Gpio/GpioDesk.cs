using System.Device.Gpio;
using LightMq.DeviceAgent.Buses;

namespace LightMq.DeviceAgent.Gpio;

/// <summary>A chip and the thread on which it is spoken to.</summary>
/// <param name="Chip">Its number.</param>
/// <param name="Bus">The thread.</param>
/// <param name="Port">The chip.</param>
internal sealed record GpioTap(int Chip, BusLine Bus, GpioPort Port);

/// <summary>All GPIO chips in use: their lines share a chip and its thread. On the loop.</summary>
/// <param name="buses">All buses.</param>
/// <param name="driver">Opens a chip.</param>
internal sealed class GpioDesk(BusDesk buses, Func<int, GpioDriver> driver)
{
    private readonly Dictionary<int, (GpioTap Tap, int Users)> _taps = [];

    /// <summary>A chip, for one line more.</summary>
    public GpioTap Take(int chip)
    {
        if (!_taps.TryGetValue(chip, out var entry))
            entry = (new GpioTap(chip, buses.Take($"gpiochip{chip}"), new GpioPort(chip, driver)), 0);
        _taps[chip] = (entry.Tap, entry.Users + 1);
        return entry.Tap;
    }

    /// <summary>One line less; with the last one the chip is closed.</summary>
    public void Leave(GpioTap tap)
    {
        var users = _taps[tap.Chip].Users - 1;
        _taps[tap.Chip] = (tap, users);
        if (users > 0) return;
        _taps.Remove(tap.Chip);
        tap.Bus.Do(() =>
        {
            tap.Port.Dispose();
            return true;
        }, static (_, _) => { });
        buses.Leave(tap.Bus);
    }
}
