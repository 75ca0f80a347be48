using System.Text;
using LightMq.DeviceAgent.Link;
using LightMq.DeviceAgent.Settings;
using LightMq.Mqtt;
using LightMq.Service;
using LightMq.Unit.DeviceAgent.Simulated;
using Xunit;

namespace LightMq.Unit.DeviceAgent;

/// <summary>The link against a scripted broker on a real socket.</summary>
public sealed class BrokerLinkTests : IDisposable
{
    private readonly ScriptedBroker _broker = new();
    private readonly Outbox _outbox = new(new QueueSettings(100, 1 << 20));
    private readonly BenchLog _log = new();
    private readonly CancellationTokenSource _stop =
        CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly List<Incoming> _came = [];

    public void Dispose()
    {
        _stop.Dispose();
        _broker.Dispose();
    }

    [Fact(Timeout = 30_000)]
    public async Task Delivered_means_acknowledged()
    {
        var stop = TestContext.Current.CancellationToken;
        var run = Start(out var link);
        Add("21.5");
        await _broker.Accept(stop);
        var (id, payload) = await _broker.Publish(stop);

        Assert.Equal(0, _outbox.Delivered);
        Assert.Equal("21.5"u8.ToArray(), payload);
        await _broker.PubAck(id, stop);
        link.Leave();
        await _broker.Expect(PacketType.Disconnect, stop);
        _broker.Hang();
        await run;
        Assert.Equal(1, _outbox.Delivered);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_is_unacknowledged_is_sent_again_in_its_order_on_the_next_connection()
    {
        var stop = TestContext.Current.CancellationToken;
        var run = Start(out _);
        foreach (var text in (string[])["1", "2", "3"]) Add(text);
        await _broker.Accept(stop);
        for (var i = 0; i < 3; i++)
        {
            var (id, _) = await _broker.Publish(stop);
            if (i == 0) await _broker.PubAck(id, stop);
        }
        while (_outbox.Delivered == 0) await Task.Yield();
        _broker.Hang();
        await _broker.Accept(stop);
        foreach (var expected in (string[])["2", "3"])
        {
            var (id, payload) = await _broker.Publish(stop);
            Assert.Equal(expected, Encoding.UTF8.GetString(payload));
            await _broker.PubAck(id, stop);
        }
        await End(run);
    }

    [Fact(Timeout = 30_000)]
    public async Task No_more_than_the_window_is_on_its_way()
    {
        var stop = TestContext.Current.CancellationToken;
        var run = Start(out _);
        for (var i = 0; i < BrokerLink.WindowMax + 5; i++) Add($"{i}");
        await _broker.Accept(stop);
        var ids = new List<ushort>();
        for (var i = 0; i < BrokerLink.WindowMax; i++) ids.Add((await _broker.Publish(stop)).Id);
        Assert.Equal(5, _outbox.Count);
        foreach (var id in ids) await _broker.PubAck(id, stop);
        for (var i = 0; i < 5; i++) await _broker.PubAck((await _broker.Publish(stop)).Id, stop);
        while (_outbox.Delivered < BrokerLink.WindowMax + 5) await Task.Yield();
        await End(run);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_message_at_which_the_broker_always_closes_is_skipped_in_the_end()
    {
        var stop = TestContext.Current.CancellationToken;
        var run = Start(out _);
        Add("poison");
        Add("21.5");
        for (var i = 0; i < BrokerLink.TriesMax; i++)
        {
            await _broker.Accept(stop);
            Assert.Equal("poison", Encoding.UTF8.GetString((await _broker.Publish(stop)).Payload));
            _broker.Hang();
        }
        await _broker.Accept(stop);
        var (id, payload) = await _broker.Publish(stop);
        Assert.Equal("21.5", Encoding.UTF8.GetString(payload));
        await _broker.PubAck(id, stop);
        Assert.Equal(1, _outbox.Skipped["a"]);
        Assert.Equal(1, _log.Count("is skipped: the broker closed 8 times"));
        await End(run);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Refused_login_says_what_to_check(byte code)
    {
        var stop = TestContext.Current.CancellationToken;
        var run = Start(out var link);
        await _broker.Accept(stop, code);
        await _broker.Accept(stop);
        while (!link.IsConnected) await Task.Yield();
        Assert.Equal(1, _log.Count("check Broker:User and Broker:SecretFile"));
        Assert.Equal(0, _log.Count("is away"));
        await End(run);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_broker_that_is_not_ready_is_tried_again()
    {
        var stop = TestContext.Current.CancellationToken;
        var run = Start(out var link);
        await _broker.Accept(stop, code: 3);
        await _broker.Accept(stop);
        while (!link.IsConnected) await Task.Yield();
        Assert.Equal(1, _log.Count("is away"));
        await End(run);
    }

    [Fact(Timeout = 30_000)]
    public async Task An_idle_link_notices_that_the_broker_is_gone()
    {
        var stop = TestContext.Current.CancellationToken;
        var run = Start(out var link);
        await _broker.Accept(stop);
        while (!link.IsConnected) await Task.Yield();
        _broker.Hang();
        while (link.IsConnected) await Task.Yield();
        await _broker.Accept(stop);
        while (!link.IsConnected) await Task.Yield();
        await End(run);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_refused_subscription_is_told_and_stops_no_telemetry()
    {
        var stop = TestContext.Current.CancellationToken;
        var run = Start(out var link, commandTopic: "board/attic/command");
        Add("21.5");
        await _broker.Accept(stop);
        // Whether commands can come is known before it is said to be connected.
        await _broker.SubAck(0x80, stop, () => Assert.False(link.IsConnected));
        await _broker.PubAck((await _broker.Publish(stop)).Id, stop);
        Assert.Equal(1, _log.Count("the broker refuses the subscription to board/attic/command"));
        Assert.False(link.IsListening);
        await End(run);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_comes_is_given_on()
    {
        var stop = TestContext.Current.CancellationToken;
        var run = Start(out var link, commandTopic: "c");
        await _broker.Accept(stop);
        await _broker.SubAck(1, stop);
        while (!link.IsListening) await Task.Yield();
        await _broker.Send([0x31, 5, 0, 1, (byte)'c', (byte)'h', (byte)'i'], stop);
        while (_came.Count == 0) await Task.Yield();
        Assert.Equal(("c", "hi", true),
            (_came[0].Topic, Encoding.UTF8.GetString(_came[0].Payload), _came[0].IsRetained));
        await End(run);
    }

    [Fact(Timeout = 30_000)]
    public async Task Stopping_ends_the_trying()
    {
        var stop = TestContext.Current.CancellationToken;
        _broker.Dispose(); // nobody listens any more
        var run = Start(out var link);
        await _stop.CancelAsync();
        await run.WaitAsync(stop);
        Assert.False(link.IsConnected);
    }

    private Task Start(out BrokerLink link, string commandTopic = "")
    {
        var settings = new BrokerSettings
        {
            Host = "127.0.0.1", Port = _broker.Port, Login = LoginKind.None, User = "", Secret = "",
            KeepAliveSeconds = 30, BackoffMillisecondsMax = 5,
        };
        var backoff = new Backoff(new Random(1), TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(5));
        link = new BrokerLink("attic", settings, commandTopic, _outbox, backoff, TimeProvider.System, _log)
        {
            Came = _came.Add,
        };
        return link.RunAsync(_stop.Token);
    }

    private async Task End(Task run)
    {
        var hang = Task.Run(async () =>
        {
            await _broker.Expect(PacketType.Disconnect, CancellationToken.None);
            _broker.Hang();
        }, CancellationToken.None);
        await _stop.CancelAsync();
        await run;
        await hang;
    }

    private void Add(string text) => _outbox.Add(new Outgoing("a", "t", Encoding.UTF8.GetBytes(text)));
}
