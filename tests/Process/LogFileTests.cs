using LightMq.Process.Broker;
using LightMq.Process.Clients;
using Xunit;

namespace LightMq.Process;

/// <summary>The log file: written where asked, bounded in size and number.</summary>
public sealed class LogFileTests
{
    private const int BytesMax = 65_536;

    [Fact]
    public void It_rolls_and_stays_within_its_bounds()
    {
        using var scratch = new Scratch();
        var folder = Directory.CreateDirectory(scratch["log"]).FullName;
        using var broker = BrokerProcess.Start(scratch["data"],
            "--set", $"Log:File={Path.Combine(folder, "edge.log")}", "--set", "Log:Level=debug",
            "--set", $"Log:FileBytesMax={BytesMax}", "--set", "Log:FilesMax=2");
        for (var i = 0; i < 1_500; i++) TinyClient.Connect(broker.Port, $"visitor{i}").Disconnect();
        Assert.Equal(0, broker.Terminate());
        var files = new DirectoryInfo(folder).GetFiles();
        Assert.Equal(2, files.Length);
        Assert.All(files, static file => Assert.InRange(file.Length, 1, BytesMax + 1_024));
        var newest = files.MaxBy(static file => file.LastWriteTimeUtc)!;
        Assert.Contains("visitor1499", File.ReadAllText(newest.FullName));
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_told_at_the_start()
    {
        using var scratch = new Scratch();
        var (code, error) = BrokerProcess.Fail("--data", scratch["data"], "--listen", "127.0.0.1:0",
            "--dialect", "plain", "--set", "Log:File=/proc/edge.log");
        Assert.Equal(78, code);
        Assert.Contains("Log:File", error);
    }
}
