using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using LightMq.Mqtt;
using LightMq.Process.Clients;

namespace LightMq.Fuzz.Live;

/// <summary>
/// A client that keeps every rule: it publishes to itself with QoS 1, twenty times a second, and wants each
/// message acknowledged and back, once and in order.
/// </summary>
internal sealed class ControlClient(int port)
{
    private const int PeriodMilliseconds = 50;
    private const string Topic = "control/echo";

    private readonly List<double> _latencies = [];
    private string? _trouble;

    /// <summary>Milliseconds from each publish to its acknowledgement and its coming back.</summary>
    public IReadOnlyList<double> Latencies
    {
        get
        {
            lock (_latencies) return [.. _latencies];
        }
    }

    /// <summary>How long it waits for an answer.</summary>
    public int AnswerMilliseconds { get; init; } = 30_000;

    /// <summary>What was not as it must be; null: all was.</summary>
    public string? Trouble
    {
        get => Volatile.Read(ref _trouble);
        private set => Volatile.Write(ref _trouble, value);
    }

    /// <summary>Runs until stopped, or until something is wrong.</summary>
    public void Run(CancellationToken stop)
    {
        try
        {
            using var client = TinyClient.Connect(
                port, "control", user: FuzzedBroker.ControlUser, password: FuzzedBroker.ControlUser);
            if (client.Subscribe(Topic, 1) is not [1]) Trouble = "it may not subscribe";
            for (var number = 1; Trouble is null && !stop.IsCancellationRequested; number++)
            {
                var clock = Stopwatch.StartNew();
                Trouble = Echo(client, number);
                lock (_latencies) _latencies.Add(clock.Elapsed.TotalMilliseconds);
                var rest = PeriodMilliseconds - (int)clock.ElapsedMilliseconds;
                if (rest > 0 && Trouble is null && client.Next(rest) is { } more)
                    Trouble = $"after message {number} came another {more.Type}";
            }
            if (Trouble is null) client.Disconnect();
        }
        catch (Exception wrong) when (wrong is SocketException or TimeoutException
            or InvalidOperationException or ProtocolError)
        {
            Trouble = $"after {_latencies.Count} messages: {wrong.Message}";
        }
    }

    private string? Echo(TinyClient client, int number)
    {
        var payload = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(payload, number);
        var id = (ushort)(number % ushort.MaxValue + 1);
        client.Publish(Topic, payload, 1, id);
        for (var (isAcknowledged, isBack) = (false, false); !isAcknowledged || !isBack;)
        {
            if (client.Next(AnswerMilliseconds) is not { } packet)
                return $"message {number} was not answered within {AnswerMilliseconds} ms";
            if (packet.Type == PacketType.PubAck && packet.Id == id && !isAcknowledged)
                isAcknowledged = true;
            else if (packet.Type == PacketType.Publish && !isBack && !packet.Dup && packet.Topic == Topic
                && packet.Payload.AsSpan().SequenceEqual(payload))
            {
                isBack = true;
                client.Ack(PacketType.PubAck, packet.Id);
            }
            else return $"instead of message {number} came {packet}";
        }
        return null;
    }
}
