using System.Text;
using LightMq.Broker;
using LightMq.Broker.Settings;
using LightMq.Central.Core;
using LightMq.Lmq;
using LightMq.Simulator.Disk;
using LightMq.Unit.Broker;
using Xunit;

namespace LightMq.Unit.Central;

/// <summary>
/// Engine and core together, under a gateway that sends again what was not acknowledged: each message is in
/// the core once and in order, whenever the power goes (LMQ-ORD-1, LMQ-CORE-4).
/// </summary>
public sealed class CoreStreamTests
{
    private const string Gateway = "GID_GATE@@@g1";
    private const int Clients = 3, Messages = 90;
    private static readonly EpochText Epoch = new(7, 1);

    private static readonly BrokerOptions Options = LmqHost.Options with
    {
        Central = new CentralOptions(["GID_GATE"]) { WaitingBytesMax = 2_000 },
        Lmq = LmqHost.Options.Lmq with { Groups = ["GID_GATE"] },
    };

    [Fact]
    public void Each_message_is_in_the_core_once_and_in_order_whenever_the_power_goes()
    {
        var cuts = 0;
        for (var seed = 1; seed <= 200; seed++)
        {
            var disk = new SimulatedDisk(seed);
            var random = new Random(seed);
            var isAcknowledged = new bool[Messages];
            for (var life = 0; life < 200 && isAcknowledged.Contains(false); life++)
            {
                if (life < 12) disk.PowerOffAt = disk.Operations + random.Next(1, 40);
                try
                {
                    Live(disk, random, isAcknowledged);
                }
                catch (IOException) when (disk.IsOff)
                {
                    cuts++;
                }
                if (random.Next(2) == 0) disk.PowerOff();
                else disk.PowerOn();
            }
            Assert.DoesNotContain(false, isAcknowledged);
            using var log = CoreLog.Open(disk, new CoreOptions { Partitions = 2 });
            for (var client = 0; client < Clients; client++)
                Assert.Equal(Enumerable.Range(1, Messages / Clients).Select(static i => (long)i),
                    SequencesOf(log, $"c{client}"));
        }
        Assert.True(cuts > 500, $"the power went {cuts} times only");
    }

    /// <summary>One life of the central: the gateway sends from the first that is not acknowledged.</summary>
    private static void Live(SimulatedDisk disk, Random random, bool[] isAcknowledged)
    {
        using var log = CoreLog.Open(disk, new CoreOptions { Partitions = 2, SegmentBytes = 4 << 10 });
        var host = new EngineHost(Options, recover: engine =>
        {
            foreach (var (stream, mark) in log.Marks.All)
                engine.RecoverStream(Encoding.UTF8.GetBytes(stream.Gateway),
                    Encoding.UTF8.GetBytes(stream.Client), stream.Epoch, mark.Last, mark.SeenAt);
        })
        {
            Kept = log.Add,
        };
        var gateway = new UpLink(host, Gateway, listener: LmqHost.Listener, user: "AK",
            password: Signature.Login(LmqHost.Secret, "GID_GATE"));
        for (var index = Array.IndexOf(isAcknowledged, false); index < Messages; index++)
        {
            gateway.Publish("parent/a", $"{index}", 1, (ushort)(index + 1),
                ("lmq-client", $"c{index % Clients}"), ("lmq-epoch", $"{Epoch}"),
                ("lmq-seq", $"{index / Clients + 1}"), ("lmq-key", $"c{index % Clients}"));
            if (random.Next(4) == 0) Commit(host, log, gateway, isAcknowledged);
        }
        for (var turn = 0; turn < 100 && isAcknowledged.Contains(false); turn++)
            Commit(host, log, gateway, isAcknowledged);
    }

    private static void Commit(EngineHost host, CoreLog log, UpLink gateway, bool[] isAcknowledged)
    {
        var number = host.CoreNumber;
        log.Commit();
        host.Handle(Input.Kept(number));
        foreach (var id in gateway.TakeAcks()) isAcknowledged[id - 1] = true;
    }

    private static List<long> SequencesOf(CoreLog log, string client)
    {
        var sequences = new List<long>();
        for (var partition = 0; partition < 2; partition++)
            foreach (var message in log.Read("parent", partition, 0, 1_000, 1 << 20))
                if (Encoding.UTF8.GetString(message.Record.Entry.Client) == client)
                    sequences.Add(message.Record.Entry.Sequence);
        return sequences;
    }
}
