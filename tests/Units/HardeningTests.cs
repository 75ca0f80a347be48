using System.Diagnostics;
using Xunit;

namespace LightMq.Units;

/// <summary>How exposed the units are, by systemd-analyze: 10 is naked, 0 is a stone.</summary>
public sealed class HardeningTests
{
    [Theory]
    [InlineData("lightmq-edgebroker.service", 1.5)]
    [InlineData("lightmq-uplink.service", 1.5)]
    [InlineData("lightmq-central.service", 1.5)]
    [InlineData("lightmq-deviceagent.service", 2.0)]
    // Root's, for moments; what they may do stands in each.
    [InlineData("lightmq-provision.service", 1.8)]
    [InlineData("lightmq-health.service", 2.7)]
    [InlineData("lightmq-update.service", 1.5)]
    [InlineData("lightmq-usb@.service", 1.9)]
    [InlineData("lightmq-factory-reset.service", 1.5)]
    public void Exposure_is_bounded(string unit, double most)
    {
        var (status, output) = Analyze("security", "--offline=true", $"--threshold={most * 10:F0}",
            Path.Combine(Folder(), unit));
        Assert.True(status == 0, output);
    }

    [Fact]
    public void A_unit_without_its_hardening_is_found()
    {
        var folder = Directory.CreateTempSubdirectory("lightmq-units-");
        try
        {
            var text = File.ReadAllLines(Path.Combine(Folder(), "lightmq-edgebroker.service"));
            var file = Path.Combine(folder.FullName, "naked.service");
            File.WriteAllLines(file, text.Where(static line => !line.StartsWith("SystemCallFilter=")));
            Assert.NotEqual(0, Analyze("security", "--offline=true", "--threshold=15", file).Status);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Folder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "LightMq.sln")))
            folder = folder.Parent;
        return Path.Combine(folder!.FullName, "systemd");
    }

    private static (int Status, string Output) Analyze(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("systemd-analyze", arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}
