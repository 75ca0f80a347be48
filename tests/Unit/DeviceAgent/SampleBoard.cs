namespace LightMq.Unit.DeviceAgent;

/// <summary>A tree of kernel files in a temporary folder, as a board's /proc and /sys show them.</summary>
internal sealed class SampleBoard : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("lightmq-board").FullName;

    /// <summary>What a Raspberry Pi 4 (4 GB, Debian 12) shows.</summary>
    public static SampleBoard Pi() => new SampleBoard()
        .With("proc/uptime", "351735.47 1298404.68\n")
        .With("proc/loadavg", "0.52 0.58 0.59 1/182 12345\n")
        .With("proc/meminfo",
            "MemTotal:        3884384 kB\nMemFree:          402548 kB\nMemAvailable:    3245968 kB\n")
        .With("sys/class/thermal/thermal_zone0/type", "cpu-thermal\n")
        .With("sys/class/thermal/thermal_zone0/temp", "48686\n")
        .With("sys/class/hwmon/hwmon0/name", "cpu_thermal\n")
        .With("sys/class/hwmon/hwmon0/temp1_input", "48199\n")
        .With("sys/class/hwmon/hwmon1/name", "rpi_volt\n")
        .With("sys/class/hwmon/hwmon1/in0_lcrit_alarm", "0\n");

    public SampleBoard With(string file, string text)
    {
        var path = Path.Combine(Root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return this;
    }

    public SampleBoard Without(string file)
    {
        File.Delete(Path.Combine(Root, file));
        return this;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
