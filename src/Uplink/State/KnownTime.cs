using System.Globalization;
using System.Text;
using LightMq.Service;
using Microsoft.Extensions.Logging;

namespace LightMq.Uplink.State;

/// <summary>
/// The time as far as it is known. A board's clock is wrong until the network has told the time: until
/// then it is not before the last time that was known, nor before the program was made.
/// </summary>
/// <param name="path">Where the last known time is kept.</param>
/// <param name="builtAt">When the program was made.</param>
/// <param name="isTrusted">Whether the clock is believed.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Where it is told, once each.</param>
internal sealed class KnownTime(
    string path, DateTimeOffset builtAt, Func<bool> isTrusted, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);
    private DateTimeOffset _last = Read(path, builtAt);
    private bool _wasTrusted;
    private bool _isTold;

    /// <summary>Whether the clock is believed; once it was it stays so.</summary>
    public bool IsTrusted
    {
        get
        {
            if (_wasTrusted) return true;
            _wasTrusted = isTrusted();
            if (_wasTrusted && _isTold) Log.ClockTrusted(log);
            if (!_wasTrusted && !_isTold) Log.ClockUntrusted(log, _last);
            _isTold = true;
            return _wasTrusted;
        }
    }

    /// <summary>The clock's time if it is believed, else the last known time.</summary>
    public DateTimeOffset Best
    {
        get
        {
            var now = time.GetUtcNow();
            return IsTrusted ? now : now > _last ? now : _last;
        }
    }

    /// <summary>Keeps the time, now and then.</summary>
    public void Keep()
    {
        if (!IsTrusted) return;
        var now = time.GetUtcNow();
        if (now - _last < Kept && File.Exists(path)) return;
        _last = now;
        var text = now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        PrivateFile.Write(path, Encoding.ASCII.GetBytes(text), isDurable: false);
    }

    private static DateTimeOffset Read(string path, DateTimeOffset builtAt)
    {
        var isNumber = long.TryParse(PrivateFile.ReadText(path),
            NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds);
        if (!isNumber || milliseconds > 253_402_300_799_999) return builtAt;
        var kept = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return kept > builtAt ? kept : builtAt;
    }
}
