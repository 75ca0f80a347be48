using System.Text;
using LightMq.Broker.Connections;
using LightMq.Broker.Registry;
using LightMq.Broker.Routing;
using LightMq.Broker.Sessions;
using LightMq.Broker.Settings;

namespace LightMq.Broker.Flows;

/// <summary>
/// What is used of the quotas (LMQ-LIM-2), who has to wait or stay outside (LMQ-LIM-3), and the alarms
/// (LMQ-LIM-4). Bridges are exempt.
/// </summary>
internal sealed class Metering(
    Turn turn, BrokerOptions options, Register register, ConnectionTable connections, SessionTable sessions,
    SubscriptionTree tree)
{
    private const int LookMilliseconds = 1000;
    /// <summary>
    /// Deliveries are never slowed, so they may overdraw; publishers wait for so many seconds of it at most.
    /// </summary>
    private const int DebtSecondsMax = 10;

    private readonly bool[] _isAlarmed = new bool[3];
    private readonly QuotaUse[] _now = new QuotaUse[3];
    private readonly byte[][] _bridges =
        [.. options.Bridges.Select(static bridge => Encoding.UTF8.GetBytes(bridge.ClientId))];
    private QuotaUse[] _uses = [];
    private long _room = long.MaxValue;
    private long _filledAt;
    private long _unitsSeen;
    private bool _isAwaited;
    private long _lookedAt;
    private long _unitsAtLook;

    /// <summary>Use of each quota at the last look; replaced whole, for other threads to read.</summary>
    public IReadOnlyList<QuotaUse> Uses => Volatile.Read(ref _uses);

    /// <summary>
    /// When a look is due: somebody waits for the next second's messages, some were metered, or an alarm
    /// stands.
    /// </summary>
    public long Deadline => Math.Min(
        _isAwaited ? _filledAt + Math.Max(1, MillisecondsToRoom()) : long.MaxValue,
        IsLookWanted ? _lookedAt + LookMilliseconds : long.MaxValue);

    private bool IsLookWanted => turn.Units != _unitsAtLook || Array.IndexOf(_isAlarmed, true) >= 0;
    private InstanceQuotas Quotas => register.Quotas;
    private bool IsPrepaid => Quotas.Kind == QuotaKind.Prepaid;

    /// <summary>
    /// Whether a client may publish now. If not, it is tried again once there is room: the second's messages
    /// are used up. A second's worth may come at once.
    /// </summary>
    public bool MayPublish(Session session)
    {
        if (!turn.IsMetered || session.IsBridging || !IsPrepaid) return true;
        Fill();
        if (_room > 0) return true;
        _isAwaited = true;
        return false;
    }

    /// <summary>Whether one more client may connect; one that takes over its own place may always.</summary>
    public bool MayConnect(Session? known) => !IsPrepaid || Quotas.Connections.Max == 0
        || known is { Connection: not null } or { IsBridging: true }
        || connections.Count < Quotas.Connections.Max || connections.ClientCount < Quotas.Connections.Max;

    /// <summary>Whether one more filter may be held.</summary>
    public bool MaySubscribe() =>
        !IsPrepaid || Quotas.Subscriptions.Max == 0 || CountSubscriptions() < Quotas.Subscriptions.Max;

    /// <summary>The quotas were replaced: they count from now on, and nobody is closed.</summary>
    public void Changed()
    {
        turn.IsMetered = Quotas.MessagesPerSecond.Max > 0;
        _room = turn.IsMetered ? CapacityOf(Quotas) : long.MaxValue;
        _filledAt = turn.Now.Milliseconds;
        _unitsSeen = turn.Units;
        Awake();
        Look(isForced: true);
    }

    /// <summary>At the end of an input: lets waiting publishers go on, and looks at the alarms once a
    /// second.</summary>
    public void Look(bool isForced = false)
    {
        if (_isAwaited)
        {
            Fill();
            if (_room > 0) Awake();
        }
        var now = turn.Now.Milliseconds;
        var elapsed = now - _lookedAt;
        if (elapsed < LookMilliseconds && !isForced) return;
        _lookedAt = now;
        var rate = elapsed > 0 ? (turn.Units - _unitsAtLook) * 1000 / Math.Max(elapsed, LookMilliseconds) : 0;
        _unitsAtLook = turn.Units;
        Judge(Metered.Connections, connections.ClientCount);
        Judge(Metered.MessagesPerSecond, rate);
        Judge(Metered.Subscriptions, CountSubscriptions());
        Volatile.Write(ref _uses, [.. _now]);
    }

    private void Judge(Metered metered, long used)
    {
        var quota = Quotas[metered];
        var isOver = quota is { Max: > 0, AlarmPercent: > 0 }
            && used * 100 >= (long)quota.Max * quota.AlarmPercent;
        var use = _now[(int)metered] = new QuotaUse(metered, used, quota.Max, isOver);
        if (isOver == _isAlarmed[(int)metered]) return;
        _isAlarmed[(int)metered] = isOver;
        if (isOver) turn.Counters.Alarms++;
        turn.Report(use, isOver
            ? $"{metered}: {used} of {quota.Max} in use, the mark is {quota.AlarmPercent} % (LMQ-LIM-4)"
            : $"{metered}: {used} of {quota.Max} in use, below the alarm's mark again");
    }

    private long CountSubscriptions()
    {
        long count = tree.HolderCount;
        foreach (var id in _bridges) count -= sessions.Find(id)?.Subscriptions.Count ?? 0;
        return count;
    }

    /// <summary>What time brought and messages took since the last filling, in thousandths.</summary>
    private void Fill()
    {
        if (!turn.IsMetered) return;
        var now = turn.Now.Milliseconds;
        var capacity = CapacityOf(Quotas);
        var spent = (turn.Units - _unitsSeen) * 1000;
        var gained = Math.Min(now - _filledAt, DebtSecondsMax * 1000L) * Quotas.MessagesPerSecond.Max;
        _room = Math.Clamp(Math.Min(_room, capacity) + gained, -DebtSecondsMax * capacity, capacity) - spent;
        _room = Math.Max(_room, -DebtSecondsMax * capacity);
        (_filledAt, _unitsSeen) = (now, turn.Units);
    }

    private long MillisecondsToRoom() => _room > 0 ? 0 : -_room / Quotas.MessagesPerSecond.Max + 1;

    private static long CapacityOf(InstanceQuotas quotas) => quotas.MessagesPerSecond.Max * 1000L;

    private void Awake()
    {
        _isAwaited = false;
        turn.RoomFreed = true;
    }
}
