using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace LightMq.Tests.Stages;

/// <summary>Debian's mosquitto, which answers what the standard leaves no choice about.</summary>
internal sealed class MosquittoProcess : IDisposable
{
    private const string Program = "/usr/sbin/mosquitto";
    private const int StartMilliseconds = 30_000;

    private readonly Process _process;
    private readonly string _configuration;

    public MosquittoProcess()
    {
        if (!File.Exists(Program)) throw new InvalidOperationException("install Debian's package mosquitto");
        EndPoint = new IPEndPoint(IPAddress.Loopback, FreePort());
        _configuration = Path.GetTempFileName();
        File.WriteAllText(_configuration, $"""
            listener {EndPoint.Port} {EndPoint.Address}
            allow_anonymous true
            persistence false
            log_dest stderr
            log_type all
            user root

            """);
        _process = new Process
        {
            StartInfo = new(Program, ["-c", _configuration]) { RedirectStandardError = true },
        };
        using var isRunning = new ManualResetEventSlim();
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data?.EndsWith(" running", StringComparison.Ordinal) == true) isRunning.Set();
        };
        _process.Start();
        _process.BeginErrorReadLine();
        if (isRunning.Wait(StartMilliseconds)) return;
        Dispose();
        throw new InvalidOperationException("mosquitto did not start");
    }

    public IPEndPoint EndPoint { get; }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        File.Delete(_configuration);
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
