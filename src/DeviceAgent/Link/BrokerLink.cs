using System.Globalization;
using LightMq.DeviceAgent.Settings;
using LightMq.Service;
using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace LightMq.DeviceAgent.Link;

/// <summary>
/// Brings payloads to the broker one after the other, each until its PUBACK came, over as many connections as
/// it takes. One MQTTnet client per connection: a client that is used again may take a late PUBACK of its
/// former connection for that of a new packet with the same id. A publish is never cancelled, for half a
/// packet would stay on the wire: the connection is thrown away instead.
/// </summary>
public sealed class BrokerLink(AgentOptions options, Backoff backoff, TimeProvider time, ILogger log)
    : IDisposable
{
    private static readonly TimeSpan AnswerTimeMax = TimeSpan.FromSeconds(20);
    private readonly MqttClientFactory _factory = new();
    private IMqttClient? _client;

    /// <summary>
    /// Returns once the broker has acknowledged the payload; only <paramref name="stop"/> ends the trying.
    /// </summary>
    public async Task Deliver(byte[] payload, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                _client ??= await Connect(stop);
                await Publish(_client, payload, stop);
                backoff.Reset();
                return;
            }
            catch (Exception e) when (IsTheNetworks(e) && !stop.IsCancellationRequested)
            {
                Drop();
                var wait = backoff.Next();
                if (e is LoginRefused)
                    log.LoginRefused(options.Host, options.Port, e.Message, wait.TotalSeconds);
                else log.Offline(options.Host, options.Port, e.GetBaseException().Message, wait.TotalSeconds);
                await Task.Delay(wait, time, stop);
            }
        }
    }

    /// <summary>Says DISCONNECT if connected, so that the broker sees no lost client.</summary>
    public async Task Close()
    {
        if (_client is { IsConnected: true } client)
        {
            try
            {
                await client.DisconnectAsync().WaitAsync(TimeSpan.FromSeconds(2), time);
            }
            catch (Exception e) when (IsTheNetworks(e))
            {
                log.NoGoodbye(e.Message);
            }
        }
        Drop();
    }

    /// <inheritdoc/>
    public void Dispose() => Drop();

    private async Task<IMqttClient> Connect(CancellationToken stop)
    {
        var client = _factory.CreateMqttClient();
        try
        {
            var answer = await client.ConnectAsync(ClientOptions(), stop)
                .WaitAsync(AnswerTimeMax, time, stop);
            if (answer.ResultCode != MqttClientConnectResultCode.Success)
                throw answer.ResultCode is MqttClientConnectResultCode.BadUserNameOrPassword
                        or MqttClientConnectResultCode.NotAuthorized
                    ? new LoginRefused(answer.ResultCode)
                    : new MqttProtocolViolationException($"it refused the connection: {answer.ResultCode}");
            log.Connected(options.Host, options.Port, options.ClientId);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private MqttClientOptions ClientOptions()
    {
        var builder = new MqttClientOptionsBuilder()
            .WithTcpServer(options.Host, options.Port)
            .WithProtocolVersion(MqttProtocolVersion.V311)
            .WithClientId(options.ClientId)
            .WithCleanSession()
            .WithKeepAlivePeriod(TimeSpan.FromSeconds(30))
            .WithTimeout(AnswerTimeMax);
        if (options.User != null) builder = builder.WithCredentials(options.User, options.Password);
        return builder.Build();
    }

    private async Task Publish(IMqttClient client, byte[] payload, CancellationToken stop)
    {
        var message = new MqttApplicationMessageBuilder()
            .WithTopic(options.Topic)
            .WithPayload(payload)
            .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)
            .Build();
        var result = await client.PublishAsync(message, CancellationToken.None)
            .WaitAsync(AnswerTimeMax, time, stop);
        if (!result.IsSuccess)
            throw new MqttProtocolViolationException(
                string.Create(
                    CultureInfo.InvariantCulture, $"the broker refused the message: {result.ReasonCode}"));
    }

    private void Drop()
    {
        _client?.Dispose();
        _client = null;
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
