using LightMq.Host.Configuration;
using LightMq.Service;
using Microsoft.Extensions.Logging;

namespace LightMq.Host;

/// <summary>
/// Whether the wall clock is right (LMQ-TOK-9): boards have no clock of their own, and start with a wrong one
/// until the network has told the time. Once it was right it stays so. For any thread.
/// </summary>
/// <param name="setting">What is believed.</param>
/// <param name="log">Where it is told, once each.</param>
public sealed class ClockTrust(ClockSetting setting, ILogger log)
{
    private volatile bool _isTrusted = setting == ClockSetting.Always;
    private volatile bool _isTold;

    /// <summary>Looks.</summary>
    public bool Look()
    {
        if (_isTrusted) return true;
        _isTrusted = KernelClock.IsSynchronized();
        if (_isTrusted && _isTold) Log.ClockTrusted(log);
        if (!_isTrusted && !_isTold) Log.ClockUntrusted(log);
        _isTold = true;
        return _isTrusted;
    }
}
