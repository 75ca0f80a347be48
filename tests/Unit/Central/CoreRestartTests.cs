using LightMq.Broker.Streams;
using LightMq.Central.Core;
using LightMq.Lmq;
using LightMq.Simulator.Disk;
using Xunit;

namespace LightMq.Unit.Central;

/// <summary>What the core finds after a kill, which leaves the kernel's cache as it was.</summary>
public sealed class CoreRestartTests
{
    private static readonly EpochText Epoch = new(3, 77);

    [Fact]
    public void What_is_in_the_cache_only_is_written_again_before_it_counts()
    {
        for (var seed = 1; seed <= 40; seed++)
        {
            var disk = new SimulatedDisk(seed);
            using (var log = CoreLog.Open(disk, new CoreOptions()))
            {
                Add(log, 1);
                log.Commit();
                Add(log, 2);
                // The write goes through, the sync fails: the kernel takes the pages for clean.
                disk.FailAt = disk.Operations + 2;
                Assert.Throws<IOException>(log.Commit);
            }
            disk.PowerOn();
            long found;
            using (var log = CoreLog.Open(disk, new CoreOptions()))
            {
                found = LastOf(log);
                Add(log, found + 1);
                log.Commit();
            }
            disk.PowerOff();
            using var last = CoreLog.Open(disk, new CoreOptions());
            Assert.Empty(last.Damage);
            Assert.Equal(found + 1, LastOf(last));
            var partition = last.BoundsOf("plant", 0) is { Next: > 0 } ? 0
                : Enumerable.Range(1, 7).First(i => last.BoundsOf("plant", i) is { Next: > 0 });
            Assert.Equal(found + 1, last.Read("plant", partition, 0, 10, 1 << 20).Count);
        }
    }

    private static void Add(CoreLog log, long sequence) => log.Add(new CoreEntry
    {
        Qos = 1,
        Gateway = "GID_gate@@@1"u8,
        Client = "c"u8,
        Epoch = Epoch,
        Sequence = sequence,
        TakenAt = 1_000,
        Key = "c"u8,
        Topic = "plant/a"u8,
        Payload = "x"u8,
    });

    private static long LastOf(CoreLog log) => log.Marks.LastOf(new StreamName("GID_gate@@@1", "c", Epoch));
}
