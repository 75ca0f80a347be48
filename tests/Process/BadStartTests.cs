using System.Net;
using System.Net.Sockets;
using LightMq.Process.Broker;
using LightMq.Process.Clients;
using Xunit;

namespace LightMq.Process;

/// <summary>
/// Starts that cannot be: one line that says what to do, a status of its own, nothing wiped.
/// </summary>
public sealed class BadStartTests
{
    private static readonly string[] Plain = ["--listen", "127.0.0.1:0", "--dialect", "plain"];

    [Fact]
    public void Port_in_use()
    {
        using var scratch = new Scratch();
        using var other = new Socket(SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        var address = $"127.0.0.1:{((IPEndPoint)other.LocalEndPoint!).Port}";
        Refused(69, "in use by another program", "--data", scratch["data"], "--listen", address,
            "--dialect", "plain");
    }

    [Fact]
    public void Port_in_use_of_the_second_listener_is_the_one_named()
    {
        using var scratch = new Scratch();
        using var first = BrokerProcess.Start(scratch["first"]);
        var taken = $"127.0.0.1:{first.Port}";
        Refused(69, $"{taken} is in use by another program", "--data", scratch["data"],
            "--listen", "127.0.0.1:0", "--listen", taken, "--dialect", "plain");
    }

    [Theory]
    [InlineData("Store:AckHoldMilliseconds=soon", "'soon' is not a whole number from 0 to 10000")]
    [InlineData("Store:AckHoldMilliseconds=10001", "'10001' is not a whole number from 0 to 10000")]
    [InlineData("Store:AckHold=5", "Store:AckHold: no such key")]
    [InlineData("Queues:WhenFull=wait", "'wait' is not one of stop, drop-oldest")]
    [InlineData("Log:Level=loud", "'loud' is not one of debug")]
    public void Wrong_setting(string setting, string line)
    {
        using var scratch = new Scratch();
        Refused(78, line, ["--data", scratch["data"], .. Plain, "--set", setting]);
    }

    [Fact]
    public void Dialect_lmq_without_its_registry()
    {
        using var scratch = new Scratch();
        Refused(78, "Lmq:AccessKeys", "--data", scratch["data"], "--listen", "127.0.0.1:0");
    }

    [Fact]
    public void Anonymous_on_the_network()
    {
        using var scratch = new Scratch();
        string[] options = ["--data", scratch["data"], "--listen", "0.0.0.0:0", "--dialect", "plain"];
        Refused(78, "--allow-anonymous-from-network", options);
        using var broker = BrokerProcess.StartWith([.. options, "--allow-anonymous-from-network"]);
        TinyClient.Connect(broker.Port, "anybody").Disconnect();
    }

    [Fact]
    public void Configuration_file_that_is_no_json()
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch["bad.json"], "{ \"Store\": ");
        Refused(78, "bad.json", "--config", scratch["bad.json"]);
    }

    [Fact]
    public void Configuration_file_that_is_not_there_or_none()
    {
        using var scratch = new Scratch();
        Refused(78, "there is no file", "--config", scratch["none.json"]);
        Directory.CreateDirectory(scratch["folder"]);
        Refused(78, "is a directory, not a file", "--config", scratch["folder"]);
    }

    [Fact]
    public void Data_directory_that_is_a_file()
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch["data"], "mine");
        Refused(75, scratch["data"], ["--data", scratch["data"], .. Plain]);
        Assert.Equal("mine", File.ReadAllText(scratch["data"]));
    }

    [Theory]
    [InlineData("ro", 73, "read-only")]
    [InlineData("size=1m", 74, "free some space")]
    public async Task Disk_that_cannot_be_written(string mountOptions, int exitCode, string line)
    {
        using var scratch = new Scratch();
        Directory.CreateDirectory(scratch["disk"]);
        if (await TinyDisk.TryMount(scratch["disk"], mountOptions))
        {
            Refused(exitCode, line, ["--data", Path.Combine(scratch["disk"], "data"), .. Plain]);
            await TinyDisk.Unmount(scratch["disk"]);
        }
        // Without the right to mount: proc, where nobody, root included, may make a directory.
        else Refused(null, "/proc/1/lightmq", ["--data", "/proc/1/lightmq", .. Plain]);
    }

    [Fact]
    public void Store_in_use_by_another_process()
    {
        using var scratch = new Scratch();
        using var broker = BrokerProcess.Start(scratch["data"]);
        Refused(75, "in use by another", ["--data", scratch["data"], .. Plain]);
        TinyClient.Connect(broker.Port, "unharmed").Disconnect();
    }

    [Fact]
    public void Foreign_store_files_are_kept()
    {
        using var scratch = new Scratch();
        using (var first = BrokerProcess.Start(scratch["data"])) Assert.Equal(0, first.Terminate());
        var foreign = new byte[20_000];
        new Random(1).NextBytes(foreign);
        var files = Directory.GetFiles(scratch["data"]);
        // The key of sealed secrets is no part of the store: AdminTests has what becomes of a foreign one.
        foreach (var file in files.Where(static file => new FileInfo(file).Length > 0))
            if (Path.GetFileName(file) != "secret.key") File.WriteAllBytes(file, foreign);
        // Either it says what to do and ends, or it starts beside the files set aside; it never wipes them.
        try
        {
            using var broker = BrokerProcess.Start(scratch["data"]);
            TinyClient.Connect(broker.Port, "served").Disconnect();
            Assert.Contains("quarantine", broker.Log);
        }
        catch (InvalidOperationException)
        {
            Refused(75, scratch["data"], ["--data", scratch["data"], .. Plain]);
        }
        Assert.Contains(Directory.GetFiles(scratch["data"], "*", SearchOption.AllDirectories),
            file => File.ReadAllBytes(file).AsSpan().SequenceEqual(foreign));
    }

    private static void Refused(int? exitCode, string line, params string[] options)
    {
        var (code, error) = BrokerProcess.Fail(options);
        if (exitCode is { } expected) Assert.True(code == expected, $"{code}: {error}");
        else Assert.InRange(code, 64, 78);
        Assert.DoesNotContain('\n', error);
        Assert.Contains(line, error);
    }
}
