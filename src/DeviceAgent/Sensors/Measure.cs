namespace LightMq.DeviceAgent.Sensors;

/// <summary>One quantity of one reading, as the sensor gave it.</summary>
/// <param name="Name">The quantity.</param>
/// <param name="Value">Its value.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Min">Least value that the data sheet allows.</param>
/// <param name="Max">Largest value.</param>
internal readonly record struct Measure(
    string Name, double Value, string Unit, double Min = double.MinValue, double Max = double.MaxValue)
{
    /// <summary>Whether it is a number within its range; NaN is not.</summary>
    public bool IsSound => Value >= Min && Value <= Max;
}

/// <summary>How good a reading is.</summary>
internal enum Quality
{
    /// <summary>Nothing was read yet.</summary>
    Unread,
    /// <summary>Everything was read.</summary>
    Good,
    /// <summary>Some quantities are missing.</summary>
    Partial,
    /// <summary>Nothing was read.</summary>
    Bad,
}
