using System.Text;
using LightMq.Broker;
using LightMq.Broker.Bridges;
using LightMq.Broker.Connections;
using LightMq.Broker.Durability;
using LightMq.Broker.Settings;
using LightMq.Broker.Streams;
using LightMq.Lmq;
using Xunit;

namespace LightMq.Unit.Broker;

/// <summary>The engine with a clock of its own and a store that commits when told to.</summary>
internal sealed class EngineHost : IEffects
{
    public static readonly ListenerOptions Plain = new() { Dialect = Dialect.Plain, Anonymous = true };

    private readonly Dictionary<(StoreCollection, int), byte[]> _disk;
    private readonly Queue<int> _loads = [];
    private StoreGroup? _underWay;
    private long _now = 1_000;

    public EngineHost(
        BrokerOptions? options = null, EngineHost? before = null, Action<Engine>? recover = null)
    {
        Options = options ?? before?.Options ?? new BrokerOptions { AckHoldMilliseconds = 0 };
        _disk = before?._disk ?? [];
        _now = before?._now ?? 1_000;
        (IsClockTrusted, ClockBehind) = (before?.IsClockTrusted ?? true, before?.ClockBehind ?? 0);
        if (before is not null) Tokens = before.Tokens;
        Engine = new Engine(Options, unseal: Unseal);
        foreach (var ((collection, key), value) in _disk) Engine.Recover(collection, key, value);
        recover?.Invoke(Engine);
        var random = new byte[16];
        random[0] = (byte)_disk.Count;
        Engine.Start(random, Now, this);
        Commit();
    }

    public BrokerOptions Options { get; }
    public Engine Engine { get; }
    /// <summary>Whether groups are committed as soon as they come.</summary>
    public bool CommitsAtOnce { get; set; } = true;
    public List<BrokerEvent> Events { get; } = [];
    public List<(Connection Connection, CloseReason Reason)> Closes { get; } = [];
    public Dictionary<Connection, bool> Reading { get; } = [];
    public int Groups { get; private set; }
    /// <summary>Bytes of the longest progress record stored in this life.</summary>
    public int ProgressBytesMost { get; private set; }
    public bool AnswersLoads { get; set; } = true;
    public Func<byte[], PasswordHash, bool> Passwords { get; set; } = (_, _) => true;
    public int SlotsOnDisk => _disk.Keys.Count(k => k.Item1 == StoreCollection.Slots);
    public Now Now => new(_now, 1_700_000_000_000 + _now - ClockBehind, IsClockTrusted);

    public void Handle(Input input)
    {
        Engine.Handle(input, Now, this);
        Settle();
    }

    /// <summary>Lets time pass, a tick at every deadline on the way.</summary>
    public void Advance(int milliseconds)
    {
        var end = _now + milliseconds;
        while (Engine.Deadline <= end)
        {
            _now = Math.Max(_now, Engine.Deadline);
            Handle(Input.Tick());
            if (Engine.Deadline <= _now && _underWay is null) _now++;
        }
        _now = Math.Max(_now, end);
        Handle(Input.Tick());
    }

    /// <summary>Commits the group under way, if there is one.</summary>
    public bool Commit()
    {
        if (_underWay is not { } group) return false;
        _underWay = null;
        foreach (var change in group.Changes)
        {
            if (change.Collection == StoreCollection.Progress)
                ProgressBytesMost = Math.Max(ProgressBytesMost, change.Length);
            if (change.IsDelete) _disk.Remove((change.Collection, change.Key));
            else _disk[(change.Collection, change.Key)] = group.ValueOf(change).ToArray();
        }
        Groups++;
        Engine.Handle(Input.Stored(group.Number), Now, this);
        Settle();
        return true;
    }

    /// <summary>The power goes: what was not committed is lost. Gives the next life.</summary>
    public EngineHost Crash(BrokerOptions? options = null) => new(options, this);

    public Peer Open(ListenerOptions? listener = null)
    {
        var peer = new Peer(this, new Connection(listener ?? Plain, "test"));
        Handle(Input.Connected(peer.Connection));
        return peer;
    }

    public Peer Connect(string clientId, bool clean = true, string? will = null, int keepAlive = 60)
    {
        var peer = Open();
        peer.SendConnect(clientId, clean, will, keepAlive);
        Advance(Options.GroupMilliseconds);
        return peer;
    }

    public void Send(Connection connection) { }
    public void SetReading(Connection connection, bool on) => Reading[connection] = on;
    public void Close(Connection connection, CloseReason reason) => Closes.Add((connection, reason));
    public void Load(int slot) => _loads.Enqueue(slot);
    public void Report(in BrokerEvent happened) => Events.Add(happened);

    public void Store(StoreGroup group)
    {
        Assert.Null(_underWay);
        _underWay = group;
    }

    /// <summary>What is found of a token, by its text.</summary>
    public Func<string, TokenVerdict> Tokens { get; set; } =
        static _ => new TokenVerdict(TokenFault.Forged, "the key is unknown", null);
    /// <summary>Whether checks of tokens are answered at once.</summary>
    public bool AnswersTokens { get; set; } = true;
    public List<RegistryChange> Changed { get; } = [];
    public Dictionary<(StoreCollection, int), byte[]> Disk => _disk;
    public bool IsClockTrusted { get; set; }
    /// <summary>Milliseconds that the wall clock is behind.</summary>
    public long ClockBehind { get; set; }

    public void CheckToken(Connection connection, byte[] token) =>
        _tokens.Enqueue((connection, Tokens(Encoding.ASCII.GetString(token))));

    /// <summary>What the core was asked to keep: sender, epoch's start, number, topic and payload.</summary>
    public List<string> Core { get; } = [];
    /// <summary>The number of the newest.</summary>
    public long CoreNumber { get; private set; }

    public delegate void Keeper(in CoreEntry entry);
    /// <summary>Takes what the core is asked to keep.</summary>
    public Keeper? Kept { get; set; }

    public void Keep(in CoreEntry entry, long number)
    {
        Assert.Equal(CoreNumber + 1, number);
        CoreNumber = number;
        Kept?.Invoke(entry);
        var last = entry.IsGap ? $"-{entry.LastSequence} gap" : "";
        Core.Add($"{Encoding.UTF8.GetString(entry.Gateway)} {Encoding.UTF8.GetString(entry.Client)} "
            + $"{entry.Epoch.Boot}:{entry.Sequence}{last} {Encoding.UTF8.GetString(entry.Topic)} "
            + Encoding.UTF8.GetString(entry.Payload));
    }

    public void RegistryStored(RegistryChange change) => Changed.Add(change);

    /// <summary>Requests that were answered, with their refusal.</summary>
    public List<(CentralRequest Request, string Refusal)> Answers { get; } = [];

    public void Answered(CentralRequest request, string refusal) => Answers.Add((request, refusal));

    /// <summary>As sealing goes here: backwards.</summary>
    public static byte[] Seal(string secret) => [.. Encoding.UTF8.GetBytes(secret).Reverse()];

    private static string Unseal(ReadOnlyMemory<byte> bytes) =>
        Encoding.UTF8.GetString([.. bytes.ToArray().Reverse()]);

    public void AnswerTokens()
    {
        while (_tokens.TryDequeue(out var check))
            Engine.Handle(Input.TokenChecked(check.Item1, check.Item2), Now, this);
    }

    private readonly Queue<(Connection, TokenVerdict)> _tokens = [];

    public void CheckPassword(Connection connection, PasswordHash hash, byte[] password) =>
        _checks.Enqueue((connection, Passwords(password, hash)));

    private readonly Queue<(Connection, bool)> _checks = [];

    public void AnswerLoads()
    {
        while (_loads.TryDequeue(out var slot))
        {
            var value = _disk.GetValueOrDefault((StoreCollection.Slots, slot));
            Engine.Handle(Input.Loaded(slot, value), Now, this);
        }
    }

    /// <summary>Damages what the disk holds of a slot.</summary>
    public void LoseSlots()
    {
        foreach (var key in _disk.Keys.Where(k => k.Item1 == StoreCollection.Slots).ToArray())
            _disk.Remove(key);
    }

    /// <summary>The store has seen so many starts.</summary>
    public void SetBoot(uint boot)
    {
        var epoch = new byte[Epoch.Size];
        new Epoch(boot, 1, 2).Write(epoch);
        _disk[(StoreCollection.Meta, 1)] = epoch;
    }

    /// <summary>The store comes back empty, as after the worst salvage.</summary>
    public void LoseEverything() => _disk.Clear();

    private void Settle()
    {
        while (_checks.TryDequeue(out var check))
            Engine.Handle(Input.PasswordChecked(check.Item1, check.Item2), Now, this);
        if (AnswersTokens) AnswerTokens();
        if (AnswersLoads) AnswerLoads();
        if (CommitsAtOnce) Commit();
    }
}
