using System.Text;
using LightMq.Mqtt;
using LightMq.Tests.Stages;
using Xunit;

namespace LightMq.Tests.Routing;

/// <summary>
/// The broker's trees and caches against the plain rule: every publish to every client with a filter that
/// <see cref="Topics.Matches"/>, once, with the highest QoS granted; every retained message to a new filter.
/// </summary>
public sealed class RoutingTests
{
    private const int Seeds = 100;
    private const int Acts = 120;
    private const int Clients = 3;

    [Fact]
    public void Trees_agree_with_the_rule()
    {
        var delivered = 0;
        for (var seed = 1; seed <= Seeds; seed++)
        {
            using var run = new Run(seed);
            var failure = Record.Exception(run.Play);
            Assert.True(failure is null, $"seed {seed}: {failure}");
            delivered += run.Delivered;
        }
        Assert.InRange(delivered, Seeds * 50, int.MaxValue);
    }

    [Fact]
    public void A_tree_with_another_rule_is_caught()
    {
        // As if '#' covered '$'-topics.
        var caught = 0;
        for (var seed = 1; seed <= 10; seed++)
        {
            using var run = new Run(seed) { DollarIsOrdinary = true };
            if (Record.Exception(run.Play) is not null) caught++;
        }
        Assert.InRange(caught, 5, 10);
    }

    private sealed class Run : IDisposable
    {
        private readonly Random _random;
        private readonly CoreStage _stage = new(Transcript.Parse("routing", ""), 65_536);
        private readonly Dictionary<string, int>[] _filters;
        private readonly Dictionary<string, (int Qos, string Payload)> _retained = [];
        private int _number;

        public Run(int seed)
        {
            _random = new Random(seed);
            _filters = [.. Enumerable.Range(0, Clients).Select(_ => new Dictionary<string, int>())];
            for (var client = 0; client < Clients; client++)
            {
                _stage.Connect($"{client}");
                _stage.Send($"{client}", PacketText.Bytes($"10 [\"MQTT\" 04 02 00 00 \"{client}\"]"));
                Assert.Equal(4, _stage.Receive($"{client}", 4).Length);
            }
        }

        public int Delivered { get; private set; }

        public bool DollarIsOrdinary { get; init; }

        public void Play()
        {
            for (var act = 0; act < Acts; act++)
            {
                var client = _random.Next(Clients);
                if (_random.Next(3) > 0) Publish(client);
                else if (_random.Next(4) > 0) Subscribe(client);
                else Unsubscribe(client);
            }
        }

        public void Dispose() => _stage.Dispose();

        private void Publish(int client)
        {
            var (topic, qos, retain) = (Topic(), _random.Next(2), _random.Next(3) == 0);
            var payload = retain && _random.Next(3) == 0 ? "" : $"{++_number}";
            var id = qos == 0 ? "" : "00 09";
            Send(client, $"3{qos << 1 | (retain ? 1 : 0)} [\"{topic}\" {id} '{payload}']");
            var expected = NewExpectations();
            if (qos > 0) expected[client].Add("PubAck");
            for (var other = 0; other < Clients; other++)
            {
                var granted = _filters[other].Where(one => Matches(one.Key, topic)).ToArray();
                if (granted.Length == 0) continue;
                var highest = granted.Max(one => one.Value);
                expected[other].Add($"{topic} {payload} {Math.Min(qos, highest)} False");
            }
            if (retain && payload.Length == 0) _retained.Remove(topic);
            else if (retain) _retained[topic] = (qos, payload);
            Compare(expected, $"publish {topic} {qos} {retain}");
        }

        private void Subscribe(int client)
        {
            var (filter, qos) = (Filter(), _random.Next(2));
            Send(client, $"82 [00 07 \"{filter}\" 0{qos}]");
            _filters[client][filter] = qos;
            var expected = NewExpectations();
            expected[client].Add("SubAck");
            foreach (var (topic, kept) in _retained)
                if (Matches(filter, topic))
                    expected[client].Add($"{topic} {kept.Payload} {Math.Min(qos, kept.Qos)} True");
            Compare(expected, $"{client} subscribes to {filter}");
        }

        private void Unsubscribe(int client)
        {
            // Mostly one that is there.
            var known = _filters[client].Keys.ToArray();
            var filter = Filter();
            if (known.Length > 0 && _random.Next(5) > 0) filter = known[_random.Next(known.Length)];
            Send(client, $"a2 [00 07 \"{filter}\"]");
            _filters[client].Remove(filter);
            var expected = NewExpectations();
            expected[client].Add("UnsubAck");
            Compare(expected, $"{client} unsubscribes from {filter}");
        }

        private void Compare(List<string>[] expected, string act)
        {
            for (var client = 0; client < Clients; client++)
            {
                var received = Read(client, _stage.Pending($"{client}"));
                expected[client].Sort(StringComparer.Ordinal);
                received.Sort(StringComparer.Ordinal);
                Assert.True(expected[client].SequenceEqual(received),
                    $"{act}: client {client} with {string.Join(' ', _filters[client].Keys)}\n"
                    + $"expected {string.Join(", ", expected[client])}\n"
                    + $"received {string.Join(", ", received)}");
                Delivered += received.Count;
            }
        }

        private List<string> Read(int client, ReadOnlySpan<byte> bytes)
        {
            var read = new List<string>();
            while (FrameReader.TryRead(bytes, int.MaxValue, out var frame))
            {
                bytes = bytes[frame.Length..];
                if (frame.Type != PacketType.Publish)
                {
                    read.Add(frame.Type.ToString());
                    continue;
                }
                var publish = PublishPacket.Read(frame);
                var topic = Encoding.UTF8.GetString(publish.Topic);
                var payload = Encoding.UTF8.GetString(publish.Payload);
                read.Add($"{topic} {payload} {publish.Qos} {publish.Retain}");
                var id = publish.PacketId;
                if (id > 0) Send(client, $"40 02 {id >> 8:x2} {id & 255:x2}");
            }
            return read;
        }

        private void Send(int client, string text) => _stage.Send($"{client}", PacketText.Bytes(text));

        private static List<string>[] NewExpectations() =>
            [.. Enumerable.Range(0, Clients).Select(_ => new List<string>())];

        private bool Matches(string filter, string topic)
        {
            if (DollarIsOrdinary) (filter, topic) = ($"x/{filter}", $"x/{topic}");
            return Topics.Matches(Encoding.UTF8.GetBytes(filter), Encoding.UTF8.GetBytes(topic));
        }

        private string Topic()
        {
            var topic = string.Join('/', Levels());
            return topic.Length > 0 ? topic : "/";
        }

        private string Filter()
        {
            var levels = Levels();
            for (var at = 0; at < levels.Length; at++)
                if (_random.Next(3) == 0) levels[at] = "+";
            if (_random.Next(4) == 0) levels[^1] = "#";
            var filter = string.Join('/', levels);
            return filter.Length > 0 ? filter : "#";
        }

        private string[] Levels()
        {
            string[] names = ["a", "b", "", "$s", "a"];
            var depth = _random.Next(1, 5);
            return [.. Enumerable.Range(0, depth).Select(_ => names[_random.Next(names.Length)])];
        }
    }
}
