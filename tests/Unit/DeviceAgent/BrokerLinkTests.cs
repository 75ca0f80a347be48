using LightMq.DeviceAgent.Link;
using LightMq.DeviceAgent.Settings;
using LightMq.Mqtt;
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

    private static BrokerLink Link(ScriptedBroker broker) => new(
        new AgentOptions { Port = broker.Port, ClientId = "attic", Topic = "board/attic/telemetry" },
        new Backoff(new Random(1), TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(5)),
        TimeProvider.System,
        NullLogger.Instance);
}
