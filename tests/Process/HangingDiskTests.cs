using System.Net.Sockets;
using System.Text;
using LightMq.Mqtt;
using LightMq.Process.Broker;
using LightMq.Process.Clients;
using Xunit;

namespace LightMq.Process;

/// <summary>
/// A disk that does not answer: strace keeps the disk thread inside fdatasync. What it does not show is a
/// thread that not even SIGKILL ends.
/// </summary>
public sealed class HangingDiskTests
{
    private const int WatchdogMilliseconds = 2_000;

    [Fact]
    public async Task Nothing_is_acknowledged_the_watchdog_falls_silent_and_it_goes_on_afterwards()
    {
        using var scratch = new Scratch();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(scratch["notify"]));
        socket.ReceiveTimeout = 10_000;
        using var broker =
            BrokerProcess.StartAsService(scratch["data"], scratch["notify"], WatchdogMilliseconds);
        using var client = TinyClient.Connect(broker.Port, "sensor", clean: false);
        client.Subscribe("t", 1);
        using (await Hang(broker))
        {
            client.Publish("t", "1"u8.ToArray(), qos: 2, id: 1);
            while (!broker.Log.Contains("the disk thread has not moved")) await Task.Delay(50, Patience);
            while (socket.Poll(0, SelectMode.SelectRead)) Receive(socket);
            Assert.False(socket.Poll(2 * WatchdogMilliseconds * 1_000, SelectMode.SelectRead));
            // The loop lives; only what needs the disk waits.
            client.Ping();
        }
        Assert.Equal(1, client.Expect(PacketType.PubRec).Id);
        Assert.Equal("WATCHDOG=1", Receive(socket));
        Assert.Equal(0, broker.Terminate());
    }

    [Fact]
    public async Task A_stop_waits_ten_seconds_for_it_and_says_so()
    {
        using var scratch = new Scratch();
        using var broker = BrokerProcess.Start(scratch["data"]);
        using var client = TinyClient.Connect(broker.Port, "sensor", clean: false);
        using (await Hang(broker))
        {
            client.Publish("t", "1"u8.ToArray(), qos: 2, id: 1);
            var from = Environment.TickCount64;
            broker.Signal("TERM");
            const string Line = "Stopped without the last commit: the disk did not answer in time";
            while (!broker.Log.Contains(Line)) await Task.Delay(50, Patience);
            Assert.InRange(Environment.TickCount64 - from, 9_000, 25_000);
        }
        // strace held the process's last thread, not the broker.
        Assert.Equal(74, broker.Terminate());
    }

    private static CancellationToken Patience => TestContext.Current.CancellationToken;

    private static async Task<Tool> Hang(BrokerProcess broker)
    {
        const string Calls = "fdatasync,fsync";
        var strace = Tool.Start("sh", ["-c", $"exec strace -f -p {broker.Id} -e trace={Calls} "
            + $"-e inject={Calls}:delay_enter=60s 2>&1"]);
        while (!(await strace.Line()).Contains("attached")) { }
        return strace;
    }

    private static string Receive(Socket socket)
    {
        var bytes = new byte[256];
        return Encoding.ASCII.GetString(bytes, 0, socket.Receive(bytes)).Trim();
    }
}
