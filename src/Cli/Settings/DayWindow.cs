using System.Globalization;

namespace LightMq.Cli.Settings;

/// <summary>A part of each day, in local time; it may go over midnight.</summary>
/// <param name="From">Its begin.</param>
/// <param name="To">Its end; not within.</param>
internal readonly record struct DayWindow(TimeOnly From, TimeOnly To)
{
    /// <summary>Reads 02:00-04:00.</summary>
    public static bool TryParse(string text, out DayWindow window)
    {
        window = default;
        var parts = text.Split((char[])['-', '–'], StringSplitOptions.TrimEntries);
        if (parts.Length != 2 || !TryTime(parts[0], out var from) || !TryTime(parts[1], out var to) || from == to)
            return false;
        window = new DayWindow(from, to);
        return true;
    }

    /// <summary>Whether a time of day is within.</summary>
    public bool Contains(TimeOnly time) =>
        From < To ? time >= From && time < To : time >= From || time < To;

    private static bool TryTime(string text, out TimeOnly time) =>
        TimeOnly.TryParseExact(text, ["HH:mm", "H:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
}
