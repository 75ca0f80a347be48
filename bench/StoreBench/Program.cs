// Measures the store alone on a real disk: groups of messages in, and out again by reuse of their slots.
// storebench DIR [seconds] [messages per group] [bytes per message] [slots in circulation] [progress per
// group]
using System.Diagnostics;
using System.Globalization;
using LightMq.Broker.Durability;
using LightMq.Store;
using LightMq.Store.Disk;

var directory = args.Length > 0 ? args[0] : "storebench-data";
var seconds = Number(1, 5);
var messages = Number(2, 128);
var bytes = Number(3, 256);
var slots = Number(4, 64);
var progress = Number(5, 4);

using var disk = RealDisk.Take(directory);
RawSyncs(disk, messages * bytes);
var opening = Stopwatch.StartNew();
using (var store = LiteStore.Open(disk, new StoreOptions()))
{
    var values = 0;
    store.ReadAll((_, _, _) => values++);
    Console.WriteLine($"open {opening.ElapsedMilliseconds} ms, {values} values, {store.Report}");
    Console.WriteLine($"memory after open {Memory("VmRSS")}");
    Run(store);
    Console.WriteLine($"memory after run {Memory("VmRSS")}, peak {Memory("VmHWM")}, "
        + $"managed {GC.GetTotalMemory(false) >> 10} KiB, {GC.CollectionCount(0)} collections");
    Loads(store);
}

void Run(LiteStore store)
{
    var group = new StoreGroup();
    var value = new byte[messages * bytes];
    var random = new Random(1);
    var times = new List<double>();
    var written = Written();
    var cpu = Environment.CpuUsage.TotalTime;
    var clock = Stopwatch.StartNew();
    while (clock.Elapsed.TotalSeconds < seconds)
    {
        group.Reset();
        group.Number++;
        random.NextBytes(value);
        group.Put(StoreCollection.Slots, (int)(group.Number % slots), value);
        for (var i = 0; i < progress; i++)
            group.Put(StoreCollection.Progress, random.Next(100), value.AsSpan(0, 48));
        var from = clock.Elapsed.TotalMilliseconds;
        store.Commit(group);
        times.Add(clock.Elapsed.TotalMilliseconds - from);
    }
    var rate = group.Number * messages / clock.Elapsed.TotalSeconds;
    times.Sort();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{rate:F0} messages/s in and out, {group.Number / clock.Elapsed.TotalSeconds:F0} groups/s, "
        + $"group p50 {times[times.Count / 2]:F2} p99 {times[times.Count * 99 / 100]:F2} "
        + $"max {times[^1]:F2} ms, "
        + $"{(Written() - written) / 1024.0 / (group.Number * messages):F3} KiB written per message, "
        + $"cpu {(Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / (group.Number * messages):F2} "
        + $"us/message"));
}

void Loads(LiteStore store)
{
    var clock = Stopwatch.StartNew();
    var count = 0;
    for (; clock.ElapsedMilliseconds < 1000; count++)
        if (store.Load(count % slots) is null && count >= slots) throw new InvalidDataException();
    Console.WriteLine($"{count} loads/s");
}

void RawSyncs(IDisk raw, int length)
{
    using var file = raw.Open("raw");
    var block = new byte[(length + 4095) / 4096 * 4096];
    for (var i = 0; i < 100; i++) file.Write((long)i * block.Length, block);
    file.Sync();
    var times = new List<double>();
    var clock = Stopwatch.StartNew();
    for (var i = 0; clock.ElapsedMilliseconds < 1500; i++)
    {
        var from = clock.Elapsed.TotalMilliseconds;
        file.Write((long)(i % 100) * block.Length, block);
        file.Sync();
        times.Add(clock.Elapsed.TotalMilliseconds - from);
    }
    times.Sort();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"raw: {times.Count / clock.Elapsed.TotalSeconds:F0} writes of {block.Length} with fdatasync/s, "
        + $"p50 {times[times.Count / 2]:F2} p99 {times[times.Count * 99 / 100]:F2} ms, "
        + $"so {times.Count * messages / clock.Elapsed.TotalSeconds:F0} messages/s at best"));
    raw.Delete("raw");
}

// What the block device under the directory was given, by everybody: the machine has to be quiet. The
// kernel's count per process is no use, it takes a whole folio of the page cache for every page touched in
// it.
long Written()
{
    var device = File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' '))
        .Where(mount => Path.GetFullPath(directory).StartsWith(mount[4], StringComparison.Ordinal))
        .MaxBy(mount => mount[4].Length)![2].Split(':');
    var fields = File.ReadLines("/proc/diskstats")
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .FirstOrDefault(line => line[0] == device[0] && line[1] == device[1]);
    return fields is null ? 0 : long.Parse(fields[9], CultureInfo.InvariantCulture) * 512;
}

static string Memory(string what) => string.Join(' ', File.ReadLines("/proc/self/status")
    .First(line => line.StartsWith(what, StringComparison.Ordinal))
        .Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1..]);

int Number(int at, int otherwise) =>
    args.Length > at ? int.Parse(args[at], CultureInfo.InvariantCulture) : otherwise;
