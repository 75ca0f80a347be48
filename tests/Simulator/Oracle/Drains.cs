namespace LightMq.Simulator.Oracle;

/// <summary>Once faults have stopped, everything is delivered and acknowledged within bounded time.</summary>
public sealed class Drains(Judge judge)
{
    /// <summary>What still hangs when the time is over.</summary>
    public void Fail(string device) => throw new Violation(nameof(Drains), judge.Owed() ?? device);
}
