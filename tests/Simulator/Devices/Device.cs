using LightMq.Mqtt;
using LightMq.Simulator.Machine;
using LightMq.Simulator.Network;
using LightMq.Simulator.Oracle;
using LightMq.Simulator.World;

namespace LightMq.Simulator.Devices;

/// <summary>
/// A device's life: it connects, stays, vanishes, comes back. What it says while connected is its
/// <see cref="Conversation"/>.
/// </summary>
public sealed class Device
{
    private readonly Surroundings _world;
    private readonly Board _board;
    private readonly Conversation _conversation;
    private readonly byte[] _reading = new byte[65_536];
    private readonly List<byte> _out = [];
    private byte[] _in = [];
    private LinkEnd? _end;
    private int _generation;
    private bool _isReadingSlowly;
    private bool _leaves;
    private bool _mustWipe;
    private long _backoff = 100 * Scheduler.Millisecond;
    private WillFacts? _will;
    private bool _answered = true;

    public Device(DeviceProfile profile, Surroundings world, Board board)
    {
        Profile = profile;
        _world = world;
        _board = board;
        _conversation = new Conversation(this, world, board.Office);
    }

    public DeviceProfile Profile { get; }
    public bool IsConnected { get; private set; }
    /// <summary>This connection discards the session.</summary>
    public bool IsCleanNow { get; private set; }
    public int Unsent => _out.Count;
    public bool IsQuiet =>
        IsConnected && Link is { IsCut: false } && _out.Count == 0 && _conversation.IsQuiet;
    /// <summary>Counts its connections.</summary>
    public int Connection => _generation;
    public Link? Link => _end?.Link;
    private Scheduler Scheduler => _world.Scheduler;
    private Random Random => _world.Scheduler.Random;

    public override string ToString() =>
        $"{Profile.ClientId} ({(IsConnected ? "on" : "off")}line): {_conversation}";

    /// <summary>Switched on.</summary>
    public void Start()
    {
        Scheduler.After(Random.Spread(1_000, 5 * Scheduler.Second), Connect);
        if (Profile.PublishEvery > 0) Scheduler.After(Random.Spread(1_000, Scheduler.Second), Publish);
        if (Profile.RestlessEvery > 0) Scheduler.After(Profile.RestlessEvery, ChangeMind);
    }

    /// <summary>Opens a connection and says CONNECT.</summary>
    public void Connect()
    {
        if (_end != null) return;
        var generation = ++_generation;
        var link = new Link(
            Scheduler, _world.Scenario.Conditions, Profile.UpWindowBytes, Profile.DownWindowBytes);
        Scheduler.After(_world.Scenario.Conditions.Latency(Random), () =>
        {
            var accepted = _board.Accept(link.Broker, Profile.Listener, Profile.ClientId);
            Scheduler.After(_world.Scenario.Conditions.Latency(Random), () =>
            {
                if (generation != _generation) return;
                if (accepted) Established(link.Device);
                else ComeBack();
            });
        });
    }

    /// <summary>Queues bytes of packets.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        _out.AddRange(bytes);
        Flush();
    }

    /// <summary>CONNACK came.</summary>
    public void Accepted(bool present)
    {
        if (IsConnected) throw new Violation("Protocol", $"{Profile.ClientId}: second CONNACK");
        IsConnected = true;
        _backoff = 100 * Scheduler.Millisecond;
        if (_will != null) _will.IsArmed = true;
        _mustWipe = false;
        _conversation.Begin(IsCleanNow, present);
        if (IsCleanNow && !Profile.IsClean) Leave();
        if (Profile.StayMost != long.MaxValue)
            Later(Random.Spread(Scheduler.Second, Profile.StayMost), EndSpell);
    }

    public void Ponged() => _answered = true;

    /// <summary>The network or the device itself drops the connection.</summary>
    public void Break()
    {
        if (_end == null) return;
        var link = _end.Link;
        if (Random.Happens(0.5) || !_world.Scenario.MayVanish)
        {
            link.Cut();
            return;
        }
        // Half open: the device notices at once or by its keep-alive, the broker by its own means.
        link.Vanish();
        if (Random.Happens(0.3)) return;
        _leaves = Random.Happens(0.3);
        Lose("vanished");
    }

    private void Established(LinkEnd end)
    {
        _end = end;
        _in = [];
        _out.Clear();
        _leaves = false;
        _answered = true;
        end.Attach(Noticed, Flush);
        if (end.IsReset)
        {
            Lose("reset");
            return;
        }
        // A client that has begun to discard its session must go on until the broker has agreed.
        _mustWipe |= !Profile.IsClean && _world.IsFaulty && Random.Happens(Profile.WipeChance);
        IsCleanNow = Profile.IsClean || _mustWipe;
        SendConnect();
        if (Profile.IsEager && IsCleanNow == Profile.IsClean) _conversation.SpeakEarly();
        Later(Random.Spread(20 * Scheduler.Second, 60 * Scheduler.Second), () =>
        {
            if (!IsConnected) Drop("no CONNACK");
        });
        Later(PingEvery, Ping);
    }

    private long PingEvery => Math.Max(1, Profile.KeepAliveSeconds) * Scheduler.Second / 2;

    private void SendConnect()
    {
        var hasWill = Profile.WillQos >= 0 && IsCleanNow == Profile.IsClean;
        _will = hasWill ? _world.Judge.Wills.Offer(_conversation.MakeWill(), _end!.Link) : null;
        _conversation.ConnectSent(IsCleanNow);
        Scheduler.Trace.Say($"{Profile.ClientId} CONNECT clean {IsCleanNow}");
        Send(ConnectRequest.Of(Profile, IsCleanNow, _will?.Message));
    }

    private void Noticed()
    {
        if (_end == null) return;
        if (_end.IsReset) Lose("reset");
        if (_end == null || _isReadingSlowly) return;
        var stalls = _world.IsFaulty && Random.Happens(Profile.StallChance);
        if (stalls) ReadLater(Random.Spread(Scheduler.Second, 60 * Scheduler.Second), _reading.Length);
        else if (Profile.SlowReadBytes == 0 || !_world.IsFaulty) Read(_reading.Length);
        else ReadLater(100 * Scheduler.Millisecond, Profile.SlowReadBytes);
    }

    private void ReadLater(long microseconds, int bytesMax)
    {
        _isReadingSlowly = true;
        Later(microseconds, () =>
        {
            _isReadingSlowly = false;
            Read(bytesMax);
        });
    }

    private void Read(int bytesMax)
    {
        if (_end == null) return;
        var count = _end.Incoming.Read(_reading.AsSpan(0, bytesMax));
        if (count > 0) Parse(_reading.AsSpan(0, count));
        if (_end == null) return;
        if (_end.IsAtEnd) Lose("closed by the broker");
        else if (_end.Incoming.Available > 0) Noticed();
    }

    private void Parse(ReadOnlySpan<byte> bytes)
    {
        var generation = _generation;
        _in = [.. _in, .. bytes];
        var rest = _in.AsSpan();
        while (generation == _generation
            && FrameReader.TryRead(rest, 1 << 24, Profile.Version, out var frame))
        {
            rest = rest[frame.Length..];
            _conversation.Hear(frame);
        }
        if (generation == _generation) _in = rest.ToArray();
    }

    private void Flush()
    {
        if (_end == null || _out.Count == 0) return;
        var taken = _end.Outgoing.Write(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_out));
        _out.RemoveRange(0, taken);
        if (_out.Count == 0 && _leaves)
        {
            _end.Link.LastWill = _will;
            Drop("left");
        }
        else if (_out.Count == 0 && IsConnected)
        {
            _conversation.Go();
        }
    }

    private void Ping()
    {
        if (!_answered)
        {
            Drop("no PINGRESP");
            return;
        }
        Later(PingEvery, Ping);
        if (!IsConnected || _leaves) return;
        _answered = false;
        Send([0xC0, 0]);
    }

    private void Publish()
    {
        if (!_world.IsFaulty) return;
        Scheduler.After(Random.Spread(Profile.PublishEvery / 4 + 1, Profile.PublishEvery * 2), Publish);
        if (IsConnected && !_leaves) _conversation.PublishOne();
    }

    private void ChangeMind()
    {
        if (!_world.IsFaulty) return;
        Scheduler.After(Random.Spread(Profile.RestlessEvery / 4 + 1, Profile.RestlessEvery * 2), ChangeMind);
        if (IsConnected && !_leaves) _conversation.ChangeMind();
    }

    private void EndSpell()
    {
        if (!_world.IsFaulty || !IsConnected) return;
        if (_world.Judge.Rules.IsFaultless || Random.Happens(0.5)) Leave();
        else Break();
    }

    private void Leave()
    {
        if (_leaves) return;
        _leaves = true;
        if (_will != null) _will.IsLeaving = true;
        Scheduler.Trace.Say($"{Profile.ClientId} DISCONNECT");
        Later(5 * Scheduler.Second, () => Drop("left in a hurry"));
        _conversation.SayGoodbye();
    }

    // The device closes its socket; with `Lose`, the socket is gone already.
    private void Drop(string why)
    {
        _end?.Close();
        Lose(why);
    }

    private void Lose(string why)
    {
        if (_end == null) return;
        Scheduler.Trace.Say($"{Profile.ClientId} loses its connection: {why}");
        _end.Forget();
        _end = null;
        _generation++;
        _isReadingSlowly = false;
        IsConnected = false;
        _out.Clear();
        if (_will != null) _will.IsOpen = false;
        _conversation.End(IsCleanNow);
        ComeBack();
    }

    private void ComeBack()
    {
        var away = _world.IsFaulty && _leaves ? Random.Spread(10_000, Profile.AwayMost) : 0;
        Scheduler.After(away + Random.Spread(_backoff / 4, _backoff), Connect);
        _backoff = Math.Min(_backoff * 2, 5 * Scheduler.Second);
    }

    /// <summary>Does something later, if this connection lasts so long.</summary>
    public void Later(long microseconds, Action action)
    {
        var generation = _generation;
        Scheduler.After(microseconds, () =>
        {
            if (generation == _generation) action();
        });
    }
}
