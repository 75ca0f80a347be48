namespace LightMq.Simulator.Oracle;

/// <summary>
/// Once faults have stopped, every device gets all its answers within bounded time. (What messages are owed
/// then is the business of the checker that they are owed by.)
/// </summary>
public sealed class Drains
{
    /// <summary>A device that is not done when the time is over.</summary>
    public Violation Stuck(string device) => new(nameof(Drains), device);
}
