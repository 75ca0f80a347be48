using LightMq.Broker.Settings;
using LightMq.Central.Core;
using LightMq.Lmq;
using LightMq.Simulator.Network;
using LightMq.Simulator.World;
using EdgeBridge = LightMq.Broker.Settings.BridgeOptions;
using UplinkOptions = LightMq.Uplink.Bridging.BridgeOptions;

namespace LightMq.Simulator.Chain;

/// <summary>Draws a chain from a seed.</summary>
public sealed class ChainMaker(Random random)
{
    /// <summary>Longest content that the central takes.</summary>
    public const int CentralPayloadMax = 400;
    private const string Group = "GID_SIM", Gateways = "GID_GATE", Secret = "not a secret";
    private static readonly string[] s_topics = ["t0/a", "t0/b", "t1/a", "t1/b/c"];

    public static string SensorPassword { get; } = Signature.Login(Secret, Group);
    public static string GatewayPassword { get; } = Signature.Login(Secret, Gateways);

    private static LmqRegistry Registry => new([new AccessKey("key", Secret)], [Group, Gateways],
        ["t0", new("t1", TopicType.PartitionOrdered)]);

    public ChainScenario Make()
    {
        var isFaultless = random.Happens(0.1);
        var isForeign = random.Happens(0.2);
        var isRough = !isFaultless && random.Happens(0.5);
        return new ChainScenario
        {
            Edge = MakeEdge(),
            Central = MakeCentral(),
            Core = new CoreOptions
            {
                Partitions = random.Pick([1, 3]), SegmentBytes = random.Pick([2_048L, 16_384L, 1L << 20]),
                KeptMilliseconds = 0,
            },
            Uplink = new UplinkOptions
            {
                WindowMax = random.Pick([1, 2, 8, 64, 2_048]),
                WindowBytesMax = random.Pick([600, 8_192, 1 << 20]),
                Qos0BytesMax = random.Pick([1_000, 1 << 20]),
                StallMilliseconds = random.Pick([5_000, 30_000]),
            },
            Sensors = MakeSensors(),
            Near = new Conditions { LatencyHigh = random.Spread(500, 20_000), PieceChance = 0.1 },
            Far = new Conditions
            {
                LatencyHigh = random.Spread(1_000, 200_000),
                DelayChance = random.Happens(0.3) ? 0.02 : 0,
                PieceChance = random.Pick([0.0, 0.1, 0.5]),
            },
            IsForeign = isForeign,
            SpeaksFive = !isForeign || random.Happens(0.5),
            HasTokens = !isForeign && random.Happens(0.4),
            TokenLife = random.Spread(3 * Scheduler.Second, 30 * Scheduler.Second),
            IsOnDisk = random.Happens(0.15),
            CommitMicroseconds = random.Spread(500, 20_000),
            CoreMicroseconds = random.Happens(0.2)
                ? random.Spread(200_000, 4 * Scheduler.Second) : random.Spread(500, 50_000),
            FaultySpan = random.Spread(8 * Scheduler.Second, 60 * Scheduler.Second),
            LocalReceiveMax = random.Pick<ushort>([1, 5, 100, 65_535]),
            CutNearEvery = Every(isFaultless, 1_000_000, 20_000_000),
            CutFarEvery = Every(isFaultless, 500_000, 20_000_000),
            MayVanish = random.Happens(0.5),
            EdgeDownEvery = Every(isFaultless, 4_000_000, 40_000_000),
            UplinkDownEvery = Every(isFaultless, 2_000_000, 40_000_000),
            CentralDownEvery = Every(isFaultless, 2_000_000, 40_000_000),
            AuthDownEvery = Every(isFaultless, 5_000_000, 40_000_000),
            RevokeEvery = Every(isFaultless, 5_000_000, 40_000_000),
            DiskFailChance = isFaultless || random.Happens(0.6) ? 0 : random.Pick([0.02, 0.1]),
            PowerInCommitChance = isFaultless || random.Happens(0.7) ? 0 : random.Pick([0.005, 0.03]),
            FrontChance = isFaultless || random.Happens(0.7) ? 0 : 0.01,
            Disasters = isRough ? MakeDisasters(isForeign) : [],
        };
    }

    private long Every(bool isFaultless, long low, long high) =>
        isFaultless || random.Happens(0.4) ? 0 : random.Spread(low, high);

    private Disaster[] MakeDisasters(bool isForeign)
    {
        Disaster[] all = isForeign ? [Disaster.Wipe, Disaster.Restore] : Enum.GetValues<Disaster>();
        return [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => random.Pick(all))];
    }

    private BrokerOptions MakeEdge() => new()
    {
        AckHoldMilliseconds = random.Pick([0, 50, 200, 200]),
        BridgeInflightMax = random.Pick([4, 64, 2_048]),
        MemoryBytesMax = random.Pick([16_384L, 64L << 20]),
        GroupMilliseconds = random.Pick([1, 5, 20]),
        GroupMessagesMax = random.Pick([1, 8, 128]),
        QueueMessagesMax = random.Pick([20, 100, 1_000_000, 1_000_000]),
        HousekeepingSeconds = random.Pick([1, 10]),
        Bridges = [new EdgeBridge(Site.Gateway, ["t0/#", "t1/#", "bad/#"])],
        Lmq = Registry,
    };

    private BrokerOptions MakeCentral() => new()
    {
        AckHoldMilliseconds = random.Pick([0, 200]),
        BridgeReceiveMax = random.Pick([2, 16, 4_096]),
        PayloadBytesMax = CentralPayloadMax,
        PacketBytesMax = random.Happens(0.2) ? 600 : 131_072,
        ParkedPacketsMax = random.Pick([2, 64]),
        Tokens = true,
        Lmq = Registry,
        Central = new CentralOptions([Gateways]) { WaitingBytesMax = random.Pick([300, 4_000, 1 << 20]) },
    };

    private List<SensorProfile> MakeSensors()
    {
        var hasPoison = random.Happens(0.4);
        var sensors = new List<SensorProfile>();
        for (var i = random.Next(1, 5); i > 0; i--) sensors.Add(MakeSensor(sensors.Count, hasPoison));
        return sensors;
    }

    public SensorProfile MakeSensor(int index, bool hasPoison) => new()
    {
        Index = index,
        ClientId = $"{Group}@@@s{index}",
        IsLmq = random.Happens(0.5),
        IsClean = random.Happens(0.2),
        QosChoices = random.Pick<int[]>([[1], [1], [2], [1, 2], [0, 1, 2]]),
        Topics = [.. s_topics.Where(_ => random.Happens(0.5)), "t0/a"],
        PublishEvery = random.Spread(10_000, 1_000_000),
        ReadingsMax = random.Next(10, 120),
        InflightMax = random.Pick([1, 5, 20]),
        PayloadBytesMax = random.Pick([20, 60, 300]),
        PoisonChance = hasPoison ? random.Pick([0.01, 0.05]) : 0,
    };
}
