using LightMq.DeviceAgent.Link;
using LightMq.DeviceAgent.Settings;
using LightMq.Mqtt;
using LightMq.Service;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace LightMq.Unit.DeviceAgent;

public sealed class BrokerLinkTests
{
    [Fact(Timeout = 30_000)]
    public async Task Delivered_means_acknowledged()
    {
        var stop = TestContext.Current.CancellationToken;
        using var broker = new ScriptedBroker();
        using var link = Link(broker);

        var delivery = link.Deliver("21.5"u8.ToArray(), stop);
        await broker.Accept(stop);
        var (id, payload) = await broker.Publish(stop);

        Assert.False(delivery.IsCompleted);
        Assert.Equal("21.5"u8.ToArray(), payload);
        await broker.PubAck(id, stop);
        await delivery;
    }

    [Fact(Timeout = 30_000)]
    public async Task Unacknowledged_payload_is_sent_again_on_the_next_connection()
    {
        var stop = TestContext.Current.CancellationToken;
        using var broker = new ScriptedBroker();
        using var link = Link(broker);

        var delivery = link.Deliver("first"u8.ToArray(), stop);
        await broker.Accept(stop);
        await broker.Publish(stop);
        broker.Hang();
        await broker.Accept(stop);
        var (id, payload) = await broker.Publish(stop);
        await broker.PubAck(id, stop);
        await delivery;

        Assert.Equal("first"u8.ToArray(), payload);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Refused_login_says_what_to_check(byte code)
    {
        var stop = TestContext.Current.CancellationToken;
        using var broker = new ScriptedBroker();
        var lines = new Lines();
        using var link = Link(broker, lines);

        var delivery = link.Deliver("first"u8.ToArray(), stop);
        await broker.Accept(stop, code);
        await broker.Accept(stop);
        await broker.PubAck((await broker.Publish(stop)).Id, stop);
        await delivery;

        Assert.Contains(lines.All, static line => line.Contains("check --user and --password-file"));
        Assert.DoesNotContain(lines.All, static line => line.Contains("away"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Refused_login_is_tried_again()
    {
        var stop = TestContext.Current.CancellationToken;
        using var broker = new ScriptedBroker();
        using var link = Link(broker);

        var delivery = link.Deliver("first"u8.ToArray(), stop);
        await broker.Accept(stop, code: 3);
        await broker.Accept(stop);
        var (id, _) = await broker.Publish(stop);
        await broker.PubAck(id, stop);

        await delivery;
    }

    [Fact(Timeout = 30_000)]
    public async Task Close_says_goodbye()
    {
        var stop = TestContext.Current.CancellationToken;
        using var broker = new ScriptedBroker();
        using var link = Link(broker);
        var delivery = link.Deliver("first"u8.ToArray(), stop);
        await broker.Accept(stop);
        await broker.PubAck((await broker.Publish(stop)).Id, stop);
        await delivery;

        var closing = link.Close();
        await broker.Expect(PacketType.Disconnect, stop);
        broker.Hang();

        await closing;
    }

    [Fact(Timeout = 30_000)]
    public async Task Stopping_ends_the_trying()
    {
        var stop = TestContext.Current.CancellationToken;
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var broker = new ScriptedBroker();
        using var link = Link(broker);
        broker.Dispose(); // nobody listens any more

        var delivery = link.Deliver("first"u8.ToArray(), stopping.Token);
        await stopping.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => delivery);
    }

    private static BrokerLink Link(ScriptedBroker broker, ILogger? log = null) => new(
        new AgentOptions { Port = broker.Port, ClientId = "attic", Topic = "board/attic/telemetry" },
        new Backoff(new Random(1), TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(5)),
        TimeProvider.System,
        log ?? NullLogger.Instance);

    private sealed class Lines : ILogger
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel level) => true;
        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception,
            Func<TState, Exception?, string> format) => All.Add(format(state, exception));
    }
}
