using System.Buffers.Binary;
using System.Globalization;
using LightMq.Simulator.Disk;
using LightMq.Simulator.World;
using LightMq.Uplink.Bridging;

namespace LightMq.Simulator.Chain;

/// <summary>Where an uplink keeps what the central will never take: a file for each, on a simulated disk.
/// </summary>
public sealed class RefusedStore(ChainWorld world, SimulatedDisk disk)
{
    private const string Folder = "refused";
    private int _last = NumbersOf(disk).DefaultIfEmpty(0).Max();

    /// <summary>The power went in the middle of a write.</summary>
    public Action? PowerLost { get; set; }
    /// <summary>The uplink's process is gone.</summary>
    public bool IsDead { get; set; }

    /// <summary>Keeps a message; <paramref name="stored"/> is called once it is durable.</summary>
    public void Keep(BridgeMessage message, Action stored)
    {
        if (world.Bug == ChainBug.StoreLater && world.Random.Happens(0.7))
        {
            stored();
            world.Scheduler.After(3 * Scheduler.Second, () => Write(++_last, message, () => { }));
            return;
        }
        if (world.Bug == ChainBug.DropRefused) stored();
        else Later(++_last, message, stored);
    }

    /// <summary>Contents of all that is kept.</summary>
    public static List<byte[]> ReadAll(SimulatedDisk disk)
    {
        var all = new List<byte[]>();
        foreach (var number in NumbersOf(disk))
        {
            var bytes = disk.Content(NameOf(number)).AsSpan();
            if (bytes.Length < 8) continue;
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
            if (length < 0 || length > bytes.Length - 8) continue;
            var payload = bytes.Slice(4, length);
            if (BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 + length)..]) == SumOf(payload))
                all.Add(payload.ToArray());
        }
        return all;
    }

    private void Later(int number, BridgeMessage message, Action stored) => world.Scheduler.After(
        world.Random.Spread(1_000, 100_000), () => Write(number, message, stored));

    private void Write(int number, BridgeMessage message, Action stored)
    {
        if (IsDead) return;
        disk.FailAt = disk.PowerOffAt = 0;
        if (world.IsFaulty && world.Random.Happens(world.Scenario.DiskFailChance))
            disk.FailAt = disk.Operations + world.Random.Next(1, 5);
        if (world.IsFaulty && world.Random.Happens(world.Scenario.PowerInCommitChance))
            disk.PowerOffAt = disk.Operations + world.Random.Next(1, 5);
        try
        {
            var payload = message.Payload.Span;
            var bytes = new byte[payload.Length + 8];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, payload.Length);
            payload.CopyTo(bytes.AsSpan(4));
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4 + payload.Length), SumOf(payload));
            using var file = disk.Open(NameOf(number));
            file.Write(0, bytes);
            file.Sync();
            disk.SyncDirectory(Folder);
        }
        catch (IOException)
        {
            if (disk.IsOff) PowerLost?.Invoke();
            else Later(number, message, stored);
            return;
        }
        world.Judge.Refused.Stored(message);
        stored();
    }

    private static int SumOf(ReadOnlySpan<byte> bytes)
    {
        var sum = 17;
        foreach (var one in bytes) sum = unchecked(sum * 31 + one);
        return sum;
    }

    private static IEnumerable<int> NumbersOf(SimulatedDisk disk) => disk.List(Folder)
        .Select(static name => int.Parse(name, CultureInfo.InvariantCulture)).Order();

    private static string NameOf(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{Folder}/{number}");
}
