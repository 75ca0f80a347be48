using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using LightMq.Mqtt;
using LightMq.Process.Clients;

namespace LightMq.Demo;

/// <summary>
/// A dozen sensors that publish a reading a few times a second, with QoS 1, through every break.
/// </summary>
internal sealed class SensorField(Func<int> port) : IDisposable
{
    private const int Sensors = 12, Milliseconds = 100, IdMax = 60_000;

    private readonly ConcurrentDictionary<string, int> _acknowledged = [];
    private readonly List<Thread> _threads = [];
    private volatile bool _isOver;

    /// <summary>By sensor, how many readings the edge broker has acknowledged: 1, 2, 3 … up to it.</summary>
    public IReadOnlyDictionary<string, int> Acknowledged => _acknowledged;

    public void Start()
    {
        for (var i = 0; i < Sensors; i++)
        {
            var name = $"{(i % 3 == 0 ? "thermo" : i % 3 == 1 ? "door" : "meter")}{i}";
            var thread = new Thread(() => Run(name)) { IsBackground = true };
            _threads.Add(thread);
            thread.Start();
        }
    }

    /// <summary>No new readings.</summary>
    public void Stop()
    {
        _isOver = true;
        foreach (var thread in _threads) thread.Join();
    }

    public void Dispose() => Stop();

    private void Run(string name)
    {
        var next = 1;
        while (!_isOver)
        {
            try
            {
                using var client = TinyClient.Connect(port(), name);
                while (!_isOver)
                {
                    client.Publish($"plant/{name}", Reading(next), 1, (ushort)(next % IdMax + 1));
                    client.Expect(PacketType.PubAck);
                    _acknowledged[name] = next++;
                    Thread.Sleep(Milliseconds);
                }
                client.Disconnect();
            }
            catch (Exception wrong)
                when (wrong is SocketException or TimeoutException or InvalidOperationException)
            {
                // The edge broker is down: what it did not acknowledge is published again.
                Thread.Sleep(Milliseconds);
            }
        }
    }

    private static byte[] Reading(int number) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"{{\"number\":{number},\"value\":{20 + number % 50 / 10.0}}}"));
}
