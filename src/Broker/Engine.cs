using LightMq.Broker.Bridges;
using LightMq.Broker.Connections;
using LightMq.Broker.Durability;
using LightMq.Broker.Settings;
using LightMq.Lmq;

namespace LightMq.Broker;

/// <summary>
/// The broker itself: one thread, deterministic, no clock, no disk, no socket. Life: construct,
/// <see cref="Recover"/> once per stored value, <see cref="Start"/>, then <see cref="Handle"/> for ever.
/// </summary>
public sealed class Engine
{
    private readonly EngineParts _parts;
    private int _repacking = -1;
    private bool _isStopping;

    /// <summary>Makes an empty engine.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="hashSeed">Random in production, so that nobody can choose names that collide in our
    /// tables.</param>
    /// <param name="unseal">
    /// Gives secrets in clear that the store holds sealed (<see cref="AccessKey.SealedSecret"/>); what it
    /// throws ends the recovery, but for a FormatException, which leaves the key out.
    /// </param>
    public Engine(
        BrokerOptions options, ulong hashSeed = 0, Func<ReadOnlyMemory<byte>, string>? unseal = null)
    {
        Options = options;
        _parts = new EngineParts(options, new BytesComparer(hashSeed), unseal);
    }

    /// <summary>What it was told.</summary>
    public BrokerOptions Options { get; }

    /// <summary>What has happened so far.</summary>
    public Counters Counters => _parts.Turn.Counters;

    /// <summary>Whether the epoch is durable, so that clients may be let in.</summary>
    public bool IsReady => _parts.Confirming.IsEpochStored;

    /// <summary>After <see cref="Input.Stop"/>: all is stored, all connections are let go.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Name of the streams of this start.</summary>
    public Epoch Epoch => _parts.Journal.Epoch;

    /// <summary>The registry as it stands; may be read from any thread.</summary>
    public LmqRegistry Registry => _parts.Register.Current;

    /// <summary>Open connections.</summary>
    public int ConnectionCount => _parts.Connections.Count;

    /// <summary>Sessions kept, connected or not.</summary>
    public int SessionCount => _parts.Sessions.Count;

    /// <summary>Bytes of message buffers in memory.</summary>
    public long MemoryBytes => _parts.Messages.Bytes;

    /// <summary>Retained messages kept.</summary>
    public int RetainedCount => _parts.Retained.Count;

    /// <summary>Use of the quotas, looked at once a second; for other threads too (LMQ-LIM-2).</summary>
    public IReadOnlyList<QuotaUse> QuotaUses => _parts.Metering.Uses;

    /// <summary>The quotas in force (LMQ-LIM-5).</summary>
    public InstanceQuotas Quotas => _parts.Register.Quotas;

    /// <summary>When the next <see cref="Input.Tick"/> is due, in <see cref="Now.Milliseconds"/>.</summary>
    public long Deadline =>
        (_parts.Turn.RoomFreed && _parts.Pressure.Blocked.Count > 0) || _parts.Replaying.HasWork
        ? _parts.Turn.Now.Milliseconds
        : Math.Min(
            Math.Min(Math.Min(_parts.Watch.Deadline, _parts.Expiring.Deadline),
                Math.Min(_parts.Pacing.Deadline, _parts.Metering.Deadline)),
            Math.Min(Math.Min(_parts.Hold.Deadline, _parts.Journal.Deadline), _parts.Bridges.Deadline));

    /// <summary>
    /// Takes one value that the store holds; call before <see cref="Start"/>, in any order.
    /// </summary>
    public void Recover(StoreCollection collection, int key, ReadOnlySpan<byte> value) =>
        _parts.Recovery.Take(collection, key, value);

    /// <summary>
    /// A stream is in the core as far as <paramref name="last"/>; call before <see cref="Start"/>, in any
    /// order.
    /// </summary>
    /// <param name="gateway">Client id of the gateway.</param>
    /// <param name="client">Client id of the first sender.</param>
    /// <param name="epoch">The stream (LMQ-CORE-4).</param>
    /// <param name="last">The last number that the core has, or that was declared missing.</param>
    /// <param name="seenAt">When it moved last, ms since 1970.</param>
    public void RecoverStream(
        ReadOnlySpan<byte> gateway, ReadOnlySpan<byte> client, in EpochText epoch, long last, long seenAt) =>
        _parts.Streams.Recover(gateway, client, epoch, last, seenAt);

    /// <summary>
    /// Ends recovery and begins a new epoch. The first group goes to <see cref="IEffects.Store"/>; open the
    /// listeners once its <see cref="Input.Stored"/> was handled (<see cref="IsReady"/>).
    /// </summary>
    /// <param name="epochRandom">16 random bytes (LMQ-CORE-4).</param>
    /// <param name="now">The time.</param>
    /// <param name="effects">Where effects go.</param>
    public void Start(ReadOnlySpan<byte> epochRandom, in Now now, IEffects effects)
    {
        _parts.Turn.KnownUnixAtZero = Math.Max(
            _parts.Recovery.KnownUnixMilliseconds, Options.EarliestUnixMilliseconds) - now.Milliseconds;
        _parts.Turn.Begin(now, effects);
        _parts.Recovery.Complete();
        _parts.Turn.AgeAtZero = _parts.Recovery.AgeAt(now) - now.Milliseconds;
        _parts.Turn.MayExpire = true;
        foreach (var lost in _parts.Recovery.Lost)
            _parts.Turn.Report(BrokerEventKind.StoredValueLost, "", null, lost);
        _parts.Journal.Epoch = Epoch.Of(_parts.Recovery.Boot + 1, epochRandom);
        if (Epoch.Boot > RisingNumber.BootMax)
            _parts.Turn.Report(BrokerEventKind.BootCounterSpent, "", null,
                $"this store was started {Epoch.Boot} times: presence and order numbers may come again");
        StoreEpoch();
        _parts.Timekeeping.Begin();
        _parts.Registering.TellOverrides();
        _parts.Metering.Changed();
        _parts.Bridges.Prepare();
        _parts.Closing.EndLostConnections();
        _parts.Journal.Confirm(new Confirmation(ConfirmationKind.Epoch, null, null));
        _parts.Journal.Hurry();
        _parts.Journal.Leave();
    }

    /// <summary>Takes one input and gives its effects.</summary>
    public void Handle(scoped in Input input, in Now now, IEffects effects)
    {
        _parts.Turn.Begin(now, effects);
        switch (input.Kind)
        {
            case InputKind.Received: _parts.Inbound.Received(input.Connection!, input.Bytes); break;
            case InputKind.Connected: Connected(input.Connection!); break;
            case InputKind.Closed: _parts.Inbound.Gone(input.Connection!); break;
            case InputKind.Drained: Drained(input.Connection!); break;
            case InputKind.Tick: break;
            case InputKind.Stored: _parts.Confirming.Stored(input.Number); break;
            case InputKind.Loaded: Loaded((int)input.Number, input.Bytes); break;
            case InputKind.PasswordChecked:
                _parts.Connecting.PasswordChecked(input.Connection!, input.Yes);
                break;
            case InputKind.TokenChecked: _parts.Vetting.Checked(input.Connection!, input.Token); break;
            case InputKind.Revoked: _parts.Vetting.Revoke(input.TokenIds!); break;
            case InputKind.Kept:
                _parts.Depositing!.Kept(input.Number);
                _parts.Requesting!.Kept(input.Number);
                break;
            case InputKind.Requested: _parts.Requesting!.Take(input.Request!); break;
            case InputKind.RegistryChanged: _parts.Registering.Take(input.Change!); break;
            case InputKind.DiskFull: DiskFull(input.Yes); break;
            case InputKind.StoreRebuilt: StoreRebuilt(); break;
            case InputKind.Stop: Stop(); break;
        }
        Finish();
    }

    /// <summary>What one connection makes the engine hold, for checks of the bounds.</summary>
    public static ConnectionLoad LoadOf(Connection connection)
    {
        var queue = connection.Session is { HasQueue: true } session ? session.Queue : null;
        var mailbox = connection.Session?.Companion is { HasQueue: true } other ? other.Queue : null;
        return new ConnectionLoad(connection.Parked?.Count ?? 0, connection.Parked?.Bytes ?? 0,
            (queue?.Inflight ?? 0) + (mailbox?.Inflight ?? 0), queue?.Count ?? 0, queue?.Bytes ?? 0);
    }

    /// <summary>Everything that follows from an input, whatever it was.</summary>
    private void Finish()
    {
        _parts.Hold.CommitDue();
        _parts.Metering.Look();
        _parts.Watch.Look();
        _parts.Expiring.Look();
        _parts.Timekeeping.Look();
        _parts.Bridges.Look();
        _parts.Streaming?.Look();
        _parts.Pacing.Look();
        _parts.Inbound.WorkResumed();
        _parts.Replaying.Continue();
        _parts.Inbound.RetryParked();
        Repack();
        if (_isStopping) _parts.Journal.Hurry();
        _parts.Journal.Leave();
        if (_isStopping && _parts.Journal.IsIdle && !IsStopped) LetAllGo();
    }

    private void Connected(Connection connection)
    {
        // Beyond the bound, bridges and refusals by CONNACK must still get through.
        var isFull = _parts.Connections.Count >= Options.ConnectionsMax + Options.Bridges.Count + 64;
        if (isFull) Counters.ConnectionsTooMany++;
        if (isFull && _parts.Connections.OldestSilent() is { } silent)
        {
            _parts.Closing.Close(silent, CloseReason.TooManyConnections);
            isFull = false;
        }
        if (_isStopping || isFull)
        {
            connection.IsClosed = true;
            Counters.Close(CloseReason.TooManyConnections);
            _parts.Turn.Effects.Close(connection, CloseReason.TooManyConnections);
            return;
        }
        _parts.Connections.Add(connection, _parts.Turn.Now.Milliseconds);
    }

    private void Drained(Connection connection)
    {
        connection.WantsDrained = false;
        if (connection.IsClosed) return;
        if (connection.Session is { } session)
        {
            _parts.Delivering.Pump(session);
            if (session.Companion is { } mailbox) _parts.Delivering.Pump(mailbox);
        }
        _parts.Turn.Resumed.Add(connection);
    }

    private void Loaded(int slot, ReadOnlySpan<byte> bytes)
    {
        if (slot == _repacking)
        {
            _repacking = -1;
            if (!bytes.IsEmpty) _parts.Paging.Repack(slot, bytes);
        }
        if (bytes.IsEmpty) _parts.Dropping.Lost(slot);
        else _parts.Paging.Loaded(slot, bytes);
        foreach (var session in _parts.Paging.TakeWaiting()) _parts.Delivering.Pump(session);
    }

    private void Repack()
    {
        if (_repacking >= 0 || _isStopping || !_parts.Slots.IsSparse) return;
        _repacking = _parts.Slots.FindSparse();
        if (_repacking >= 0) _parts.Turn.Effects.Load(_repacking);
    }

    private void StoreEpoch()
    {
        Span<byte> epoch = stackalloc byte[Epoch.Size];
        _parts.Journal.Epoch.Write(epoch);
        _parts.Journal.PutMeta(Recovery.EpochKey, epoch);
    }

    private void StoreRebuilt()
    {
        StoreEpoch();
        foreach (var session in _parts.Sessions.All)
        {
            if (!session.IsStored) continue;
            _parts.Journal.SessionChanged(session);
            _parts.Journal.ProgressChanged(session);
        }
        _parts.Retained.StoreAll();
        _parts.Registering.StoreAll();
    }

    private void DiskFull(bool isFull)
    {
        _parts.Pressure.IsDiskFull = isFull;
        _parts.Turn.RoomFreed = true;
        if (isFull) _parts.Pressure.DropForDisk(_parts.Sessions.All);
    }

    private void Stop()
    {
        _isStopping = true;
        foreach (var connection in _parts.Connections.Open) _parts.Turn.Effects.SetReading(connection, false);
        _parts.Presence.Stopping(_parts.Connections.Open);
        _parts.Hold.CommitAll();
    }

    private void LetAllGo()
    {
        while (_parts.Connections.Count > 0)
            _parts.Closing.Close(_parts.Connections.Open[^1], CloseReason.ServerStopping);
        IsStopped = true;
    }
}
