using System.Globalization;
using System.Text.Json;

namespace LightMq.DeviceAgent.Board;

/// <summary>
/// Reads this board's figures from what the kernel shows under /proc and /sys. A file that is missing or
/// unreadable, or holds something else than expected, leaves its figure out and harms no other.
/// </summary>
/// <param name="root">Folder that holds proc and sys: "/" on a board, a sample tree in tests.</param>
/// <param name="unit">Name of the board in what it publishes.</param>
/// <param name="dataDirectory">Folder on the data disk; null: there is none.</param>
public sealed class BoardReader(string root, string unit, string? dataDirectory = null)
{
    private const int SensorsMax = 64;
    private const int SinceBootShift = 16;
    private static readonly string[] ThrottleBits =
        ["under-voltage", "frequency-capped", "throttled", "soft-temperature-limit"];

    /// <summary>Whether the board runs without its data disk.</summary>
    public bool IsDataMissing => File.Exists(Under("run/lightmq/no-data"));

    /// <summary>
    /// Whether lightmq.txt had mistakes or could not be taken over, or its card not be read or written, as
    /// `lightmq provision` says.
    /// </summary>
    public bool HasProvisioningErrors
    {
        get
        {
            try
            {
                using var json = JsonDocument.Parse(KernelFile.Text(Under("run/lightmq/provision.json")));
                return Word(json.RootElement, "state") is "mistakes" or "failed"
                    || Word(json.RootElement, "note").Length > 0;
            }
            catch (JsonException)
            {
                return false;
            }
        }
    }

    private static string Word(JsonElement report, string name) =>
        report.ValueKind == JsonValueKind.Object && report.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>Takes all figures once.</summary>
    /// <param name="sequence">Number of this reading.</param>
    /// <param name="time">Now.</param>
    public Reading Read(long sequence, DateTimeOffset time)
    {
        var load = Fields("proc/loadavg");
        var memory = Memory();
        var disk = Disk();
        var data = dataDirectory is null ? null : FileSystemSpace.Of(dataDirectory);
        var throttled = Throttled();
        return new Reading
        {
            Unit = unit,
            Sequence = sequence,
            Time = time.ToUnixTimeMilliseconds(),
            UptimeSeconds = NotNegative(Fields("proc/uptime"), 0),
            Temperatures = Temperatures(),
            Load1 = NotNegative(load, 0),
            Load5 = NotNegative(load, 1),
            Load15 = NotNegative(load, 2),
            MemoryTotalBytes = memory.Total,
            MemoryAvailableBytes = memory.Available,
            DiskTotalBytes = disk?.Total,
            DiskFreeBytes = disk?.Free,
            DataTotalBytes = data?.TotalBytes,
            DataFreeBytes = data?.FreeBytes,
            DataInodesTotal = data?.Inodes > 0 ? data.Inodes : null,
            DataInodesFree = data?.Inodes > 0 ? data.FreeInodes : null,
            DataDisk = IsDataMissing ? "missing" : null,
            Throttled = Bits(throttled, 0),
            ThrottledSinceBoot = Bits(throttled, SinceBootShift),
            UnderVoltage = UnderVoltage(),
        };
    }

    // The Raspberry Pi's firmware, through the kernel of Raspberry Pi OS: a hex number.
    private uint? Throttled()
    {
        var line = KernelFile.Line(Under("sys/devices/platform/soc/soc:firmware/get_throttled"));
        var digits = line.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? line[2..] : line;
        return uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
            out var bits)
            ? bits : null;
    }

    // What any kernel's driver raspberrypi-hwmon tells of it, every two seconds.
    private bool? UnderVoltage()
    {
        var chip = KernelFile.Folders(Under("sys/class/hwmon"), "hwmon*").FirstOrDefault(
            static folder => KernelFile.Line(Path.Combine(folder, "name")) == "rpi_volt");
        return chip is null ? null : KernelFile.Line(Path.Combine(chip, "in0_lcrit_alarm")) switch
        {
            "0" => false,
            "1" => true,
            _ => null,
        };
    }

    private static List<string>? Bits(uint? bits, int shift) => bits is not { } all ? null
        : [.. ThrottleBits.Where((_, bit) => (all >> (shift + bit) & 1) != 0)];

    private (long? Total, long? Available) Memory()
    {
        long? total = null, available = null;
        foreach (var line in KernelFile.Text(Under("proc/meminfo")).Split('\n'))
        {
            if (line.StartsWith("MemTotal:", StringComparison.Ordinal)) total = KiB(line);
            if (line.StartsWith("MemAvailable:", StringComparison.Ordinal)) available = KiB(line);
        }
        return (total, available);
    }

    // "MemTotal:        8052640 kB"; the kernel has written kB there, meaning KiB, for all its life.
    private static long? KiB(string line)
    {
        var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length == 3 && fields[2] == "kB" &&
            long.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var kib) &&
            kib <= long.MaxValue / 1024
            ? kib * 1024
            : null;
    }

    private (long Total, long Free)? Disk()
    {
        try
        {
            var drive = new DriveInfo(root);
            return (drive.TotalSize, drive.AvailableFreeSpace);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // Thermal zones carry their name in "type"; hwmon chips have a name and a label or number per sensor.
    private SortedDictionary<string, double>? Temperatures()
    {
        var found = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var zone in KernelFile.Folders(Under("sys/class/thermal"), "thermal_zone*"))
            Add(found, KernelFile.Line(Path.Combine(zone, "type")), Path.Combine(zone, "temp"));
        foreach (var chip in KernelFile.Folders(Under("sys/class/hwmon"), "hwmon*"))
        {
            var name = KernelFile.Line(Path.Combine(chip, "name"));
            foreach (var input in KernelFile.Files(chip, "temp*_input"))
            {
                var sensor = Path.GetFileName(input)[..^"_input".Length];
                var label = KernelFile.Line(Path.Combine(chip, sensor + "_label"));
                Add(found, $"{name} {(label.Length > 0 ? label : sensor)}", input);
            }
        }
        return found.Count > 0 ? found : null;
    }

    private static void Add(SortedDictionary<string, double> found, string name, string file)
    {
        if (found.Count >= SensorsMax || !int.TryParse(
            KernelFile.Line(file), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
                out var milli))
            return;
        var unique = name.Length > 0 ? name : "unnamed";
        for (var n = 2; !found.TryAdd(unique, milli / 1000.0); n++) unique = $"{name} {n}";
    }

    private string[] Fields(string file) =>
        KernelFile.Line(Under(file)).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    // JSON knows neither NaN nor infinity, and none of these figures is ever below 0.
    private static double? NotNegative(string[] fields, int index) =>
        index < fields.Length &&
        double.TryParse(fields[index], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) &&
        double.IsFinite(value) && value >= 0
            ? value
            : null;

    private string Under(string file) => Path.Combine(root, file);
}
