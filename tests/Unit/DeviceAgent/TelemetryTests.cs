using LightMq.DeviceAgent.Board;
using LightMq.DeviceAgent.Link;
using LightMq.DeviceAgent.Settings;
using LightMq.Service;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace LightMq.Unit.DeviceAgent;

public sealed class TelemetryTests
{
    [Fact(Timeout = 30_000)]
    public async Task A_fault_in_one_half_ends_the_agent_instead_of_silencing_it()
    {
        var stop = TestContext.Current.CancellationToken;
        using var broker = new ScriptedBroker();
        var options = new AgentOptions { Port = broker.Port, Interval = TimeSpan.FromHours(1) };
        using var link = new BrokerLink(options, new Backoff(new Random(1), TimeSpan.Zero, TimeSpan.Zero),
            TimeProvider.System, NullLogger.Instance);
        // Reading the clock fails in the half that takes readings; the half that sends waits for ever.
        using var telemetry = new Telemetry(
            options, new BoardReader("/", "attic"), link, new BrokenClock(), NullLogger.Instance);

        await telemetry.StartAsync(stop);

        await Assert.ThrowsAsync<InvalidOperationException>(() => telemetry.ExecuteTask!);
    }

    private sealed class BrokenClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => throw new InvalidOperationException("broken");
    }
}
