using LightMq.Process.Chain;
using Xunit;

namespace LightMq.Process.Load;

/// <summary>Sensors that publish through a chain, and what of it has come into the core.</summary>
/// <param name="port">The edge's port, as it is now.</param>
/// <param name="reader">Reads the core.</param>
internal sealed class ChainLoad(Func<int> port, CoreReader reader) : IDisposable
{
    private readonly List<CoreMessage> _arrived = [];
    private volatile bool _isOver;

    public ChainLoad(ChainSite site) : this(() => site.Edge.Port, site.Reader)
    {
    }

    /// <summary>Which messages of the core are the sensors'.</summary>
    public Func<CoreMessage, bool> IsOurs { get; init; } = static _ => true;

    /// <summary>Whether the core had messages of these streams before.</summary>
    public bool IsContinued { get; init; }

    /// <summary>Messages in a second of each sensor.</summary>
    public int PerSecond { get; init; } = 300;

    /// <summary>The sensors' login; null: none.</summary>
    public (string User, string Password)? Login { get; init; }

    public Ledger Ledger { get; } = new();
    public List<LoadPublisher> Sensors { get; } = [];

    /// <summary>What the core had at the last look, in the order of each partition.</summary>
    public IReadOnlyList<CoreMessage> Arrived => _arrived;

    /// <summary>Sensors that publish until <see cref="Finish"/>, through every restart of the edge.</summary>
    public void Publish(int sensors, int filler = 100)
    {
        for (var i = 0; i < sensors; i++)
        {
            var sensor = new LoadPublisher(Ledger, $"sensor{i}", 1, $"plant/{i}")
            {
                Filler = filler, PerSecond = PerSecond, Login = Login,
            };
            Sensors.Add(sensor);
            new Thread(() => Run(sensor)) { IsBackground = true }.Start();
        }
    }

    /// <summary>Nothing new is published; waits until all that was acknowledged has arrived.</summary>
    public async Task Finish(int seconds, CancellationToken cancel)
    {
        foreach (var sensor in Sensors) sensor.Limit = 1;
        var until = Environment.TickCount64 + seconds * 1_000;
        while (Sensors.Exists(static sensor => !sensor.IsDone) && Environment.TickCount64 < until)
            await Task.Delay(20, cancel);
        Assert.All(Sensors, static sensor => Assert.True(sensor.IsDone, "a sensor waits for its PUBACK"));
        _isOver = true;
        do await Look(cancel);
        while (Ledger.MissingCount() > 0 && Environment.TickCount64 < until && await Rest(cancel));
        // A little longer than needed, so that what comes twice is seen.
        await Task.Delay(500, cancel);
        await Look(cancel);
    }

    /// <summary>Takes what is new in the core.</summary>
    public async Task Look(CancellationToken cancel)
    {
        try
        {
            foreach (var message in await reader.Read("plant", cancel))
            {
                _arrived.Add(message);
                if (IsOurs(message)) Ledger.Received(message.Payload);
            }
        }
        catch (HttpRequestException)
        {
            // The central is down: later.
        }
    }

    /// <summary>
    /// Nothing acknowledged is missing, all in order, and each stream is in the core once and without holes
    /// (LMQ-ORD-1).
    /// </summary>
    public void Verify()
    {
        Ledger.Verify(isExactlyOnce: false);
        foreach (var stream in _arrived.GroupBy(static one => (one.Client, one.Epoch)))
        {
            var first = IsContinued ? stream.First().Sequence : 1;
            Assert.Equal(Enumerable.Range(0, stream.Count()).Select(i => i + first),
                stream.Select(static one => one.Sequence));
        }
        Assert.All(_arrived.GroupBy(static one => one.Client),
            static client => Assert.Single(client.Select(static one => one.Partition).Distinct()));
    }

    public void Dispose()
    {
        _isOver = true;
        foreach (var sensor in Sensors) sensor.Limit = 0;
    }

    private static async Task<bool> Rest(CancellationToken cancel)
    {
        await Task.Delay(50, cancel);
        return true;
    }

    private void Run(LoadPublisher sensor)
    {
        while (!_isOver && !sensor.IsDone)
        {
            try
            {
                sensor.Run(port());
            }
            catch (Exception wrong) when (wrong is InvalidOperationException or TimeoutException)
            {
                // The edge was going down while it answered.
            }
            Thread.Sleep(20);
        }
    }
}
