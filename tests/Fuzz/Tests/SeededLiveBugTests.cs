using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using LightMq.Fuzz.Live;
using LightMq.Mqtt;
using Xunit;

namespace LightMq.Fuzz.Tests;

/// <summary>The checks of the live fuzz catch what they are for.</summary>
public sealed class SeededLiveBugTests
{
    private static readonly Vitals Well = new(0, true, 26, 10, 22_000);

    [Fact]
    public void A_healthy_run_passes()
    {
        Assert.Empty(LiveChecks.During(Looks(static (look, at) =>
            look with { ResidentKilobytes = 22_000 + Math.Min(at, 20) * 1_000, Threads = 10 + at % 5 })));
        Assert.Empty(LiveChecks.After(Well, Well with { Descriptors = 30 }));
        Assert.Empty(LiveChecks.Control(
            [.. Enumerable.Repeat(3.0, 990), .. Enumerable.Repeat(900.0, 10)], null, 240));
        Assert.Empty(LiveChecks.Log("2026-01-01 00:00:00.000 WRN Peer at [::1]:1 turned away\n"));
    }

    [Fact]
    public void A_process_that_dies() => Caught("had ended after 80 s",
        LiveChecks.During(Looks(static (look, at) => at < 80 ? look : look with { IsAlive = false })));

    [Fact]
    public void Memory_that_grows_after_the_tables_are_full() => Caught("memory grew",
        LiveChecks.During(Looks(static (look, at) => look with { ResidentKilobytes = 22_000 + 1_000 * at })));

    [Fact]
    public void Memory_beyond_all_bounds() => Caught("KiB resident", LiveChecks.During(
        Looks(static (look, at) => at == 3 ? look with { ResidentKilobytes = 300_000 } : look)));

    [Fact]
    public void Threads_that_pile_up() => Caught("threads",
        LiveChecks.During(Looks(static (look, at) => look with { Threads = 10 + at })));

    [Fact]
    public void A_message_that_waits() => Caught("a message took",
        LiveChecks.Control([.. Enumerable.Repeat(1.0, 1_000), 6_000], null, 240));

    [Fact]
    public void Many_messages_that_wait() => Caught("99 of 100", LiveChecks.Control(
        [.. Enumerable.Repeat(1.0, 900), .. Enumerable.Repeat(1_500.0, 100)], null, 240));

    [Fact]
    public void A_client_that_hangs() =>
        Caught("got 3 messages through", LiveChecks.Control([1, 1, 1], null, 240));

    [Theory]
    [InlineData("Unhandled exception. System.IndexOutOfRangeException: Index was outside")]
    [InlineData("   at LightMq.Broker.Engine.Handle(Input&, Now&, IEffects)")]
    [InlineData("2026-01-01 00:00:00.000 ERR The disk refused: no such file")]
    public void A_line_about_our_own_fault(string line) =>
        Caught(line, LiveChecks.Log($"good\n{line}\ngood\n"));

    [Fact]
    public async Task A_real_process_that_leaks_descriptors_and_dies()
    {
        const string script =
            "echo ready; read x; for i in $(seq 20); do exec {f}</dev/null; done; echo leaked; read x";
        var cancel = TestContext.Current.CancellationToken;
        using var leaky = System.Diagnostics.Process.Start(new ProcessStartInfo("bash", ["-c", script])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;
        Assert.Equal("ready", await leaky.StandardOutput.ReadLineAsync(cancel));
        var start = Vitals.Of(leaky.Id, 0);
        Assert.True(start is { IsAlive: true, Threads: 1, ResidentKilobytes: > 0 });
        await leaky.StandardInput.WriteLineAsync("go");
        Assert.Equal("leaked", await leaky.StandardOutput.ReadLineAsync(cancel));
        var leaked = Vitals.Of(leaky.Id, 1);
        Assert.Equal(start.Descriptors + 20, leaked.Descriptors);
        Caught("descriptors stay open", LiveChecks.After(start, leaked));
        leaky.Kill();
        await leaky.WaitForExitAsync(cancel);
        Caught("had ended", LiveChecks.After(start, Vitals.Of(leaky.Id, 2)));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("lose 5", "message 5 was not answered")]
    [InlineData("repeat 5", "another Publish")]
    [InlineData("close 5", "after 4 messages")]
    [InlineData("forget 5", "instead of message 5")]
    public void A_broker_that_fails_the_control_client(string bug, string? expected)
    {
        using var broker = new TinyBroker(bug);
        using var stop = new CancellationTokenSource();
        var control = new ControlClient(broker.Port) { AnswerMilliseconds = 500 };
        broker.Answered += count =>
        {
            if (count == 10) stop.Cancel();
        };
        control.Run(stop.Token);
        if (expected is null) Assert.Null(control.Trouble);
        else Assert.Contains(expected, control.Trouble);
    }

    private static Vitals[] Looks(Func<Vitals, int, Vitals> change) =>
        [.. Enumerable.Range(0, 120).Select(at => change(Well with { Seconds = at }, at))];

    private static void Caught(string expected, IEnumerable<string> findings) =>
        Assert.Contains(findings, finding => finding.Contains(expected, StringComparison.Ordinal));

    /// <summary>As much of a broker as the control client needs, with a bug.</summary>
    private sealed class TinyBroker : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Thread _thread;
        private readonly string _bug;
        private int _count;

        public TinyBroker(string bug)
        {
            _bug = bug;
            _listener.Start();
            _thread = new Thread(Serve) { IsBackground = true };
            _thread.Start();
        }

        public event Action<int>? Answered;

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public void Dispose()
        {
            _listener.Stop();
            _thread.Join();
        }

        private void Serve()
        {
            try
            {
                using var socket = _listener.AcceptSocket();
                var bytes = new byte[4_096];
                var end = 0;
                for (int count; (count = socket.Receive(bytes.AsSpan(end))) > 0;)
                {
                    end += count;
                    while (FrameReader.TryRead(bytes.AsSpan(0, end), 4_096, out var frame))
                    {
                        if (!Answer(socket, frame, bytes.AsSpan(0, frame.Length))) return;
                        end -= frame.Length;
                        bytes.AsSpan(frame.Length, end).CopyTo(bytes);
                    }
                }
            }
            catch (SocketException)
            {
                // The test is over.
            }
        }

        private bool Answer(Socket socket, in Frame frame, ReadOnlySpan<byte> whole)
        {
            switch (frame.Type)
            {
                case PacketType.Connect: socket.Send([0x20, 2, 0, 0]); break;
                case PacketType.Subscribe: socket.Send([0x90, 3, 0, 1, 1]); break;
                case PacketType.Publish:
                    _count++;
                    if (Has("close")) return false;
                    if (Has("lose")) break;
                    var id = PublishPacket.Read(frame).PacketId;
                    var packet = whole.ToArray();
                    if (Has("forget")) packet[^1]++;
                    socket.Send([0x40, 2, (byte)(id >> 8), (byte)id, .. packet]);
                    if (Has("repeat")) socket.Send(packet);
                    Answered?.Invoke(_count);
                    break;
                default: break;
            }
            return true;
        }

        private bool Has(string bug) =>
            _bug == string.Create(CultureInfo.InvariantCulture, $"{bug} {_count}");
    }
}
