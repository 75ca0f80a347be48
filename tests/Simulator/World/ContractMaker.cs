using LightMq.Broker.Settings;
using LightMq.Simulator.Devices;
using LightMq.Simulator.Oracle;

namespace LightMq.Simulator.World;

/// <summary>
/// Draws what the LMQ contract adds to a world, by a chance of its own: worlds without it stay as they are.
/// </summary>
public sealed class ContractMaker
{
    private readonly Random _random;
    private readonly bool _isOn;
    private readonly bool _hasPeers;
    private readonly bool _hasPulls;
    private readonly bool _hasTokens;
    private readonly bool _hasQuotas;
    private readonly bool _hasPresence;

    public ContractMaker(int seed)
    {
        _random = new Random(unchecked(seed * 7 + 3));
        _isOn = _random.Happens(0.45);
        _hasPeers = _random.Happens(0.6);
        _hasPulls = _random.Happens(0.6);
        _hasTokens = _random.Happens(0.5);
        _hasQuotas = _random.Happens(0.3);
        _hasPresence = _random.Happens(0.4);
    }

    /// <summary>Adds clients of the contract, and gives those there are what they may do.</summary>
    public List<DeviceProfile> Extend(List<DeviceProfile> devices)
    {
        if (!_isOn) return devices;
        var maker = new ScenarioMaker(_random, isContractOnly: true);
        for (var left = _random.Next(1, 3); left > 0; left--)
            devices.Add(maker.MakeDevice(devices.Count));
        var ids = devices.Where(device => !device.IsBridge).Select(device => device.ClientId)
            .Append($"{PeerToPeer.StrangerPrefix}1").ToArray();
        return [.. devices.Select(device => WithPresence(
            device.Listener.Dialect == Dialect.Lmq && !device.IsBridge ? Adapt(device, ids) : device))];
    }

    private DeviceProfile Adapt(DeviceProfile device, string[] ids)
    {
        if (_hasPeers)
            device = device with { PeerChance = _random.Pick([0.1, 0.5, 1]), Peers = ids };
        if (_hasTokens && _random.Happens(0.6)) device = AsTokenHolder(device);
        return _hasPulls && device.IsPaced && _random.Happens(0.7) ? AsPuller(device) : device;
    }

    private DeviceProfile WithPresence(DeviceProfile device) => !_hasPresence || _random.Happens(0.5) ? device
        : device with { Filters = [.. device.Filters, (PresenceEvents.Topic, 1)] };

    // Before its first token a client without a password says nothing else, and has no will.
    private static DeviceProfile AsTokenHolder(DeviceProfile device) => device with
    {
        HasTokens = true,
        User = null,
        Password = null,
        WillQos = -1,
        IsEager = false,
        WipeChance = 0,
    };

    // It stays away long enough that something waits for it.
    private DeviceProfile AsPuller(DeviceProfile device) => device with
    {
        PullEvery = _random.Spread(200_000, 5 * Scheduler.Second),
        Filters = [("t0/#", 1), ("t1/#", 1)],
        StayMost = _random.Spread(3 * Scheduler.Second, 20 * Scheduler.Second),
        AwayMost = 20 * Scheduler.Second,
    };

    /// <summary>What else goes wrong in such a world.</summary>
    public Scenario Adapt(Scenario scenario) => !_isOn ? scenario : scenario with
    {
        RevokeEvery = _hasTokens ? _random.Spread(2 * Scheduler.Second, 20 * Scheduler.Second) : 0,
        ImpostorEvery = _hasTokens ? _random.Spread(2 * Scheduler.Second, 20 * Scheduler.Second) : 0,
        QuotaEvery = _hasQuotas ? _random.Spread(Scheduler.Second, 20 * Scheduler.Second) : 0,
    };

    /// <summary>How fast backlogs are pushed.</summary>
    public BrokerOptions Adapt(BrokerOptions options) => !_isOn ? options : options with
    {
        Tokens = _hasTokens,
        Lmq = !_hasPresence ? options.Lmq : options.Lmq with
        {
            ParentTopics = [.. options.Lmq.ParentTopics, PresenceEvents.Topic],
        },
        Offline = new OfflineOptions
        {
            Pace = new OfflinePace(_random.Pick([1, 5, 30]), _random.Pick([100, 1_000]),
                _random.Pick([1, 300, 3_000, 3_000])),
        },
    };
}
