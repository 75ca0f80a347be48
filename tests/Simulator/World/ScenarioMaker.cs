using System.Security.Cryptography;
using System.Text;
using LightMq.Broker.Settings;
using LightMq.Simulator.Devices;
using LightMq.Simulator.Machine;
using LightMq.Simulator.Network;
using LightMq.Simulator.Oracle;

namespace LightMq.Simulator.World;

/// <summary>Draws a world from a seed.</summary>
/// <param name="random">The chance it is drawn by.</param>
/// <param name="contract">What the LMQ contract adds; null: nothing.</param>
/// <param name="isContractOnly">Whether all devices come to the Lmq listener.</param>
public sealed class ScenarioMaker(
    Random random, ContractMaker? contract = null, bool isContractOnly = false)
{
    private const string Group = "GID_SIM";
    private const string Secret = "not a secret";
    private static readonly string[] s_topics = ["t0/a", "t0/b", "t1/a", "t1/b/c"];
    private static readonly string[] s_narrow =
        ["t0/a", "t0/b", "t0/+", "t0/#", "t1/#", "t1/+", "t1/b/+", "will/+"];
    private static readonly string[] s_wide = ["#", "+/a", "+/+"];
    private readonly ListenerOptions _plain =
        new() { Name = "plain", Dialect = Dialect.Plain, Anonymous = true };
    private readonly ListenerOptions _lmq = new() { Name = "lmq", Dialect = Dialect.Lmq };

    public Scenario Make()
    {
        var faultless = random.Happens(0.1);
        var devices = MakeDevices();
        if (contract != null) devices = contract.Extend(devices);
        var options = MakeOptions(devices);
        if (contract != null) options = contract.Adapt(options);
        var scenario = new Scenario
        {
            Options = options,
            Devices = devices,
            Conditions = new Conditions
            {
                LatencyHigh = random.Spread(500, 50_000),
                DelayChance = random.Happens(0.3) ? 0.02 : 0,
                PieceChance = random.Pick([0.0, 0.1, 0.5]),
            },
            IsOnDisk = random.Happens(0.25),
            CommitMicroseconds = random.Spread(500, 50_000),
            FaultySpan = random.Spread(10 * Scheduler.Second, 90 * Scheduler.Second),
            CutEvery = faultless || random.Happens(0.3) ? 0 : random.Spread(1_000_000, 20_000_000),
            MayVanish = random.Happens(0.5),
            DownEvery = faultless || random.Happens(0.3) ? 0 : random.Spread(2_000_000, 40_000_000),
            DownMost = random.Spread(100_000, 10_000_000),
            DiskFailChance = faultless || random.Happens(0.6) ? 0 : random.Pick([0.02, 0.1]),
            PowerInCommitChance = faultless || random.Happens(0.6) ? 0 : random.Pick([0.01, 0.05]),
            PowerInRecoveryChance = faultless || random.Happens(0.5) ? 0 : 0.3,
            FullEvery = faultless || random.Happens(0.8) ? 0 : random.Spread(5_000_000, 30_000_000),
        };
        return contract == null ? scenario : contract.Adapt(scenario);
    }

    private BrokerOptions MakeOptions(List<DeviceProfile> devices)
    {
        var isTight = random.Happens(0.4);
        return new BrokerOptions
        {
            AckHoldMilliseconds = random.Pick([0, 50, 200, 200]),
            InflightMax = random.Pick([1, 4, 20, 256]),
            BridgeInflightMax = random.Pick([4, 64, 2_048]),
            OutboxBytesMax = random.Pick([1_024, 262_144]),
            QueueMessagesMax = isTight ? random.Pick([5, 20, 100]) : 1_000_000,
            QueueBytesMax = isTight && random.Happens(0.5) ? 8_192 : 256L << 20,
            QueuesBytesMax = isTight && random.Happens(0.3) ? 32_768 : 1L << 30,
            MemoryBytesMax = random.Pick([1_024L, 16_384L, 64L << 20]),
            QueueFull = isTight && random.Happens(0.3)
                ? random.Pick([DropPolicy.DropOldest, DropPolicy.DropNewest, DropPolicy.KeepLatestPerTopic])
                : DropPolicy.Stop,
            DiskFull = random.Happens(0.8) ? DropPolicy.Stop
                : random.Pick([DropPolicy.DropOldest, DropPolicy.DropNewest]),
            ParkedPacketsMax = random.Pick([2, 64]),
            ParkedBytesMax = random.Pick([2_048, 262_144]),
            GroupMilliseconds = random.Pick([1, 5, 20]),
            GroupMessagesMax = random.Pick([1, 8, 128]),
            GroupBytesMax = random.Pick([8_192, 4 << 20]),
            SlotWasteBytesMax = random.Pick([256, 4 << 20]),
            HousekeepingSeconds = random.Pick([1, 10]),
            Bridges = [.. devices.Where(d => d.IsBridge).Select(
                d => new BridgeOptions(d.ClientId, [.. d.Filters.Select(f => f.Filter)]))],
            Users = [LocalUsers.Make("sensor")],
            Lmq = new LmqRegistry(
                [new AccessKey("key", Secret)], [Group, "GID_READER"],
                ["t0", new("t1", TopicType.PartitionOrdered), "will", "x0", "x1"]),
        };
    }

    private List<DeviceProfile> MakeDevices()
    {
        var devices = new List<DeviceProfile>();
        var count = random.Next(2, 7);
        for (var i = 0; i < count; i++) devices.Add(MakeDevice(devices.Count));
        if (random.Happens(0.3)) devices.AddRange(MakeRivals(devices.Count));
        if (random.Happens(0.6)) devices.Add(MakeBridge(devices.Count));
        return devices;
    }

    /// <summary>Draws an ordinary device.</summary>
    public DeviceProfile MakeDevice(int index)
    {
        var publishes = random.Happens(0.7);
        var profile = MakeBase(index) with
        {
            IsClean = random.Happens(0.3),
            KeepAliveSeconds = random.Pick([2, 5, 20, 60]),
            PublishEvery = publishes ? random.Spread(20_000, 2_000_000) : 0,
            MessagesMax = random.Next(10, 150),
            InflightMax = random.Pick([1, 5, 20]),
            Topics = [.. s_topics.Where(_ => random.Happens(0.6)), "t0/a"],
            QosChoices = random.Pick<int[]>([[1], [2], [1, 2], [0, 1, 2]]),
            RetainChance = random.Happens(0.4) ? 0.2 : 0,
            PayloadBytesMax = random.Pick([20, 200, 2_000]),
            RestlessEvery = random.Happens(0.3) ? random.Spread(1_000_000, 10_000_000) : 0,
            AckDelay = random.Happens(0.4) ? random.Spread(500, 200_000) : 0,
            SlowReadBytes = random.Happens(0.15) ? random.Next(5, 200) : 0,
            StallChance = random.Happens(0.1) ? 0.005 : 0,
            UpWindowBytes = random.Pick([256, 4_096, 65_536]),
            DownWindowBytes = random.Pick([256, 4_096, 65_536]),
            WillQos = random.Happens(0.3) ? random.Next(3) : -1,
            StayMost = random.Happens(0.6) ? random.Spread(2_000_000, 60_000_000) : long.MaxValue,
            AwayMost = random.Spread(100_000, 20_000_000),
            WipeChance = random.Happens(0.2) ? 0.2 : 0,
            IsEager = random.Happens(0.2),
        };
        var subscribes = !publishes || random.Happens(0.6);
        return profile with { Filters = subscribes ? MakeFilters(profile.Listener) : [] };
    }

    // Two that publish to each other faster than either acknowledges.
    private IEnumerable<DeviceProfile> MakeRivals(int index)
    {
        for (var i = 0; i < 2; i++)
        {
            yield return MakeBase(index + i) with
            {
                PublishEvery = 5_000,
                MessagesMax = 120,
                InflightMax = random.Pick([20, 100]),
                Topics = [$"x{i}/in"],
                QosChoices = [random.Next(1, 3)],
                PayloadBytesMax = random.Pick([20, 1_000]),
                Filters = [($"x{1 - i}/in", random.Next(1, 3))],
                AckDelay = random.Spread(1_000, 50_000),
                UpWindowBytes = random.Pick([256, 4_096]),
                DownWindowBytes = random.Pick([256, 4_096]),
            };
        }
    }

    private DeviceProfile MakeBridge(int index) => MakeBase(index) with
    {
        ClientId = $"{Group}@@@bridge",
        IsBridge = true,
        WantsOrder = false,
        Filters = random.Happens(0.5) ? [("t0/#", 2), ("t1/#", 2), ("x0/in", 2)] : [("t0/#", 2), ("t0/a", 2)],
        AckDelay = random.Happens(0.6) ? random.Spread(500, 100_000) : 0,
        DownWindowBytes = random.Pick([256, 65_536]),
        StayMost = random.Spread(2_000_000, 60_000_000),
        AwayMost = random.Spread(100_000, 20_000_000),
    };

    private DeviceProfile MakeBase(int index)
    {
        var isLmq = isContractOnly || random.Happens(0.3);
        var hasUser = isLmq || random.Happens(0.3);
        var signature = HMACSHA1.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(Group));
        return new DeviceProfile
        {
            Index = index,
            ClientId = $"{Group}@@@d{index}",
            Listener = isLmq ? _lmq : _plain,
            WantsOrder = isLmq,
            User = isLmq ? "key" : hasUser ? "sensor" : null,
            Password = isLmq ? Convert.ToBase64String(signature) : hasUser ? LocalUsers.Password : null,
        };
    }

    /// <summary>Who looks at the end what is retained.</summary>
    public static DeviceProfile MakeReader(Scenario scenario, int index) => new()
    {
        Index = index,
        ClientId = RetainedState.ReaderId,
        Listener = scenario.Devices.First().Listener with { Dialect = Dialect.Plain, Anonymous = true },
        IsClean = true,
        Filters = [("#", 2)],
    };

    private List<(string, int)> MakeFilters(ListenerOptions listener)
    {
        var filters = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var wide = listener.Dialect == Dialect.Plain && random.Happens(0.3);
            filters[random.Pick(wide ? s_wide : s_narrow)] = random.Pick([0, 1, 1, 2, 2]);
        }
        return [.. filters.Select(pair => (pair.Key, pair.Value))];
    }
}
