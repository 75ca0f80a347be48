using System.Buffers;
using System.Globalization;
using System.Text;
using LightMq.DeviceAgent.Settings;
using LightMq.Lmq;
using LightMq.Service;
using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace LightMq.DeviceAgent.Link;

/// <summary>
/// Brings what waits in the outbox to the broker, each message until its PUBACK came, over as many
/// connections as it takes; gives what comes. One MQTTnet client per connection: a client that is used again
/// may take a late PUBACK of its former connection for that of a new packet with the same id. A publish is
/// never cancelled, for half a packet would stay on the wire: the connection is thrown away instead.
/// </summary>
internal sealed class BrokerLink(
    string clientId, BrokerSettings settings, string commandTopic, Outbox outbox, Backoff backoff,
    TimeProvider time, ILogger log)
{
    /// <summary>Messages on their way at once.</summary>
    public const int WindowMax = 16;

    /// <summary>A message at which the broker closes so often is skipped, or nothing would ever follow it.
    /// </summary>
    public const int TriesMax = 8;

    private static readonly TimeSpan AnswerTimeMax = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan GoodbyeTimeMax = TimeSpan.FromSeconds(2);
    private readonly MqttClientFactory _factory = new();
    private int _window = WindowMax;
    private volatile bool _isLeaving;
    private volatile bool _isConnected;
    private volatile string _reason = "connecting";

    /// <summary>Whether it is connected.</summary>
    public bool IsConnected => _isConnected;

    /// <summary>Why it is not; empty: it is.</summary>
    public string Reason => _reason;

    /// <summary>Whether commands reach us.</summary>
    public bool IsListening { get; private set; }

    /// <summary>What comes, on any thread.</summary>
    public required Action<Incoming> Came { get; init; }

    /// <summary>
    /// No new tries: it ends once the outbox is empty. Cancel <see cref="RunAsync"/> to end it sooner.
    /// </summary>
    public void Leave()
    {
        _isLeaving = true;
        outbox.Nudge();
    }

    /// <summary>Connects and delivers, until it is cancelled or left.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await SessionAsync(stop);
                return;
            }
            catch (Exception e) when (IsTheNetworks(e))
            {
                _isConnected = false;
                if (stop.IsCancellationRequested || _isLeaving) return;
                var wait = backoff.Next();
                _reason = e.GetBaseException().Message.ReplaceLineEndings(" ");
                if (e is LoginRefused) Log.LoginRefused(log, settings.Host, settings.Port, _reason,
                    wait.TotalSeconds);
                else Log.Offline(log, settings.Host, settings.Port, _reason, wait.TotalSeconds);
                try
                {
                    await Task.Delay(wait, time, stop);
                }
                catch (OperationCanceledException) when (stop.IsCancellationRequested)
                {
                }
            }
        }
    }

    private async Task SessionAsync(CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var client = _factory.CreateMqttClient();
        client.DisconnectedAsync += _ =>
        {
            End(over);
            return Task.CompletedTask;
        };
        client.ApplicationMessageReceivedAsync += Receive;
        await ConnectAsync(client, stop);
        try
        {
            if (commandTopic.Length > 0) await SubscribeAsync(client, stop);
            (_isConnected, _reason) = (true, "");
            await PumpAsync(client, over.Token);
            await SayGoodbyeAsync(client);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await SayGoodbyeAsync(client);
        }
        finally
        {
            _isConnected = false;
        }
    }

    // The event of a client that is being disposed of may come after its session has ended.
    private static void End(CancellationTokenSource over)
    {
        try
        {
            over.Cancel();
        }
        catch (ObjectDisposedException)
        {
        }
    }

    private Task Receive(MqttApplicationMessageReceivedEventArgs received)
    {
        var message = received.ApplicationMessage;
        Came(new Incoming(message.Topic, message.Payload.ToArray(), message.Retain));
        return Task.CompletedTask;
    }

    private async Task ConnectAsync(IMqttClient client, CancellationToken stop)
    {
        var answer = await client.ConnectAsync(ClientOptions(), stop).WaitAsync(AnswerTimeMax, time, stop);
        if (answer.ResultCode != MqttClientConnectResultCode.Success)
            throw answer.ResultCode is MqttClientConnectResultCode.BadUserNameOrPassword
                    or MqttClientConnectResultCode.NotAuthorized
                ? new LoginRefused(answer.ResultCode)
                : new MqttProtocolViolationException($"it refused the connection: {answer.ResultCode}");
        Log.Connected(log, settings.Host, settings.Port, clientId);
    }

    private MqttClientOptions ClientOptions()
    {
        var builder = new MqttClientOptionsBuilder()
            .WithTcpServer(settings.Host, settings.Port)
            .WithProtocolVersion(MqttProtocolVersion.V311)
            .WithClientId(clientId)
            .WithCleanSession()
            .WithKeepAlivePeriod(TimeSpan.FromSeconds(settings.KeepAliveSeconds))
            .WithTimeout(AnswerTimeMax);
        var secret = settings.Login switch
        {
            LoginKind.Password => settings.Secret,
            LoginKind.Signature => Signature.Login(
                settings.Secret, clientId[..clientId.IndexOf("@@@", StringComparison.Ordinal)]),
            _ => null,
        };
        if (secret is not null)
            builder = builder.WithCredentials(settings.User, Encoding.UTF8.GetBytes(secret));
        return builder.Build();
    }

    // A refusal stops no telemetry: it is told, and commands do not come.
    private async Task SubscribeAsync(IMqttClient client, CancellationToken stop)
    {
        var answer = await client.SubscribeAsync(commandTopic, MqttQualityOfServiceLevel.AtLeastOnce, stop)
            .WaitAsync(AnswerTimeMax, time, stop);
        IsListening = answer.Items.All(static item => (int)item.ResultCode < 0x80);
        if (!IsListening) Log.CommandsRefused(log, commandTopic);
    }

    private async Task PumpAsync(IMqttClient client, CancellationToken over)
    {
        var onTheWay = new Queue<(Task Ack, Outgoing Message)>();
        var closed = Task.Delay(Timeout.InfiniteTimeSpan, time, over);
        try
        {
            while (true)
            {
                over.ThrowIfCancellationRequested();
                while (onTheWay.Count < _window && outbox.Take() is { } message)
                    onTheWay.Enqueue((PublishAsync(client, message), message));
                if (_isLeaving && onTheWay.Count == 0) return;
                await NextAsync(onTheWay, closed);
                while (onTheWay.TryPeek(out var oldest) && oldest.Ack.IsCompleted)
                {
                    await oldest.Ack;
                    outbox.Acknowledged(onTheWay.Dequeue().Message);
                    backoff.Reset();
                    _window = WindowMax;
                }
            }
        }
        catch
        {
            TakeBack(onTheWay);
            throw;
        }
    }

    private Task NextAsync(Queue<(Task Ack, Outgoing)> onTheWay, Task closed)
    {
        if (onTheWay.Count == 0) return Task.WhenAny(closed, outbox.Added);
        return onTheWay.Count < _window
            ? Task.WhenAny(closed, onTheWay.Peek().Ack, outbox.Added)
            : Task.WhenAny(closed, onTheWay.Peek().Ack);
    }

    private void TakeBack(Queue<(Task Ack, Outgoing Message)> onTheWay)
    {
        var back = new List<Outgoing>();
        foreach (var (ack, message) in onTheWay)
        {
            if (ack.IsCompletedSuccessfully)
            {
                outbox.Acknowledged(message);
                continue;
            }
            // What a publish says of a connection that is gone is of no use.
            _ = ack.ContinueWith(static failed => failed.Exception, TaskScheduler.Default);
            back.Add(message);
        }
        if (back.Count > 0)
        {
            // One at a time until the next is acknowledged: so it is seen at which message the broker closes.
            _window = 1;
            if (++back[0].Tries >= TriesMax)
            {
                Log.GivenUp(log, back[0].Topic, back[0].Tries);
                outbox.Skip(back[0]);
                back.RemoveAt(0);
            }
        }
        outbox.Return(back);
    }

    private async Task PublishAsync(IMqttClient client, Outgoing outgoing)
    {
        var message = new MqttApplicationMessageBuilder()
            .WithTopic(outgoing.Topic)
            .WithPayload(outgoing.Payload)
            .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
            .Build();
        var result = await client.PublishAsync(message, CancellationToken.None)
            .WaitAsync(AnswerTimeMax, time);
        if (!result.IsSuccess)
            throw new MqttProtocolViolationException(string.Create(
                CultureInfo.InvariantCulture, $"the broker refused the message: {result.ReasonCode}"));
    }

    // So that the broker sees no lost client.
    private async Task SayGoodbyeAsync(IMqttClient client)
    {
        if (!client.IsConnected) return;
        try
        {
            await client.DisconnectAsync().WaitAsync(GoodbyeTimeMax, time);
        }
        catch (Exception e) when (IsTheNetworks(e))
        {
            Log.NoGoodbye(log, e.Message);
        }
    }

    // What a broken network or a refusing broker makes of a call, as seen in MQTTnet 5. Anything else is
    // ours.
    private static bool IsTheNetworks(Exception e) =>
        e is LoginRefused or MqttCommunicationException or MqttProtocolViolationException
            or MqttClientDisconnectedException or TimeoutException or IOException
            or OperationCanceledException or ObjectDisposedException
            or System.Net.Sockets.SocketException;

    private sealed class LoginRefused(MqttClientConnectResultCode code) : Exception(code.ToString());
}
