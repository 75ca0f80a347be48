using LightMq.Uplink.Bridging;
using Xunit;

namespace LightMq.Unit.Uplink;

/// <summary>
/// A bridge, a local broker with a durable queue, a model central, and links that break at random.
/// </summary>
internal sealed class RandomWorld : IBridgeEffects
{
    private const int LocalWindow = 32, Clients = 3;

    private readonly Random _random;
    private readonly int _messages;
    private readonly string _seed;
    private readonly Bridge _bridge;
    private readonly ModelCentral _central = new();
    private readonly List<(ushort Id, BridgeMessage Message)> _queue = [];
    private readonly Queue<(ushort Id, BridgeMessage Message)> _upWire = [];
    private readonly Queue<ushort> _ackWire = [];
    private readonly Queue<long> _disk = [];
    private readonly long[] _next = new long[Clients];
    private int _given, _localGeneration, _centralGeneration, _accepted;
    private bool _localUp, _centralUp, _mayConnect = true;
    private ushort _id;
    private long _now;

    public RandomWorld(int seed, int messages, bool hasPoison)
    {
        (_random, _messages, _seed) = (new Random(seed), messages, $"seed {seed}");
        _bridge = new Bridge(new BridgeOptions { WindowMax = _random.Next(1, 64) });
        if (!hasPoison) return;
        for (var i = 0; i < 5; i++)
            _central.Poison.Add($"c{_random.Next(Clients)}{_random.Next(1, messages / Clients)}");
    }

    /// <summary>A fault to be found.</summary>
    public bool AcknowledgesTooSoon { get; init; }

    public void Run()
    {
        for (var step = 0; step < 40_000 && !IsDrained; step++)
        {
            _now += _random.Next(20);
            Step(calm: _accepted == _messages);
        }
        Assert.True(IsDrained, $"{_seed}: {_queue.Count} are left");
    }

    public void Check()
    {
        for (var client = 0; client < Clients; client++)
        {
            var name = $"c{client}";
            var expected = Enumerable.Range(1, (int)_next[client]).Select(number =>
                _central.Poison.Contains($"{name}{number}")
                    ? $"{name}:{number}-{number}:refused" : $"{name}:{name}{number}");
            Assert.True(expected.SequenceEqual(_central.Log.Where(line => line.StartsWith(name + ":"))),
                $"{_seed}: {string.Join(' ', _central.Log)}");
        }
    }

    private bool IsDrained => _accepted == _messages && _queue.Count == 0;

    private void Step(bool calm)
    {
        switch (_random.Next(calm ? 9 : 12))
        {
            case 0 when _accepted < _messages: Accept(); break;
            case 0 or 1 when !_localUp: ConnectLocal(); break;
            case 0 or 1 or 2 when _localUp && _given < Math.Min(_queue.Count, LocalWindow): Give(); break;
            case 3 or 4 when _upWire.Count > 0: Arrive(); break;
            case 5 or 6 when _ackWire.Count > 0:
                Tell(BridgeInput.CentralAcked(_centralGeneration, _ackWire.Dequeue(), 0));
                break;
            case 7 when _disk.Count > 0: Tell(BridgeInput.Stored(_disk.Dequeue())); break;
            case 8 when !_centralUp && _mayConnect: ConnectCentral(); break;
            case 9: Tell(BridgeInput.Tick()); break;
            case 10 when _centralUp && _random.Next(10) == 0: CloseCentral(CloseCause.Lost); break;
            case 11 when _localUp && _random.Next(20) == 0:
                _localUp = false;
                Tell(BridgeInput.LocalClosed(_localGeneration, CloseCause.Lost));
                break;
        }
    }

    private void Accept()
    {
        var client = _random.Next(Clients);
        _queue.Add((0, BridgeStage.Numbered($"c{client}", ++_next[client])));
        _accepted++;
    }

    private void Give()
    {
        var (id, message) = _queue[_given];
        if (id == 0) id = _id = (ushort)(_id % 60_000 + 1);
        _queue[_given++] = (id, message);
        Tell(BridgeInput.LocalPublish(_localGeneration, id, message));
    }

    private void ConnectLocal()
    {
        (_localUp, _given) = (true, 0);
        Tell(BridgeInput.LocalConnected(++_localGeneration, new LinkTerms()));
    }

    private void ConnectCentral()
    {
        (_centralUp, _mayConnect) = (true, false);
        Tell(BridgeInput.CentralConnected(++_centralGeneration, BridgeStage.LightMq(_random.Next(1, 50))));
    }

    private void Arrive()
    {
        var (id, message) = _upWire.Dequeue();
        if (_central.Take(message) is { } cause) CloseCentral(cause);
        else _ackWire.Enqueue(id);
    }

    private void CloseCentral(CloseCause cause)
    {
        _centralUp = false;
        // What is on its way is lost, or arrives and its acknowledgement is lost, or even that arrives.
        while (cause.Kind == CloseKind.Lost && _upWire.Count > 0 && _random.Next(4) > 0)
            if (_central.Take(_upWire.Dequeue().Message) is not null) break;
        while (_ackWire.Count > 0 && _random.Next(4) > 0)
            Tell(BridgeInput.CentralAcked(_centralGeneration, _ackWire.Dequeue(), 0));
        _upWire.Clear();
        _ackWire.Clear();
        Tell(BridgeInput.CentralClosed(_centralGeneration, cause));
    }

    private void Tell(in BridgeInput input) => _bridge.Handle(input, _now, this);

    void IBridgeEffects.PublishUp(
        int generation, ushort packetId, string topic, BridgeMessage message, bool isDuplicate)
    {
        Assert.Equal(_centralGeneration, generation);
        _upWire.Enqueue((packetId, message));
        if (!AcknowledgesTooSoon) return;
        var at = _queue.FindIndex(queued => queued.Message == message);
        if (at < 0) return;
        _queue.RemoveAt(at);
        _given--;
    }

    void IBridgeEffects.AckLocal(int generation, ushort packetId, byte qos)
    {
        if (AcknowledgesTooSoon) return;
        Assert.Equal(_localGeneration, generation);
        Assert.True(_localUp && _given > 0 && _queue[0].Id == packetId, $"{_seed}: acknowledged {packetId}");
        _queue.RemoveAt(0);
        _given--;
    }

    void IBridgeEffects.CloseCentral(int generation) => Forget();

    private void Forget()
    {
        _centralUp = false;
        _upWire.Clear();
        _ackWire.Clear();
    }

    void IBridgeEffects.ConnectCentral(Pace pace) => _mayConnect = true;

    void IBridgeEffects.StoreRefused(long ticket, BridgeMessage message, byte code) => _disk.Enqueue(ticket);

    void IBridgeEffects.PublishLocal(
        int generation, ushort packetId, string topic, BridgeMessage message, bool isDuplicate) =>
        Assert.Fail("nothing comes down");

    void IBridgeEffects.AckCentral(int generation, ushort packetId, byte qos) =>
        Assert.Fail("nothing comes down");

    void IBridgeEffects.CloseLocal(int generation) => Assert.Fail("nothing comes down");

    void IBridgeEffects.Report(in BridgeEvent happened)
    {
    }
}
