using System.Diagnostics;
using System.Net.Sockets;

namespace LightMq.Process.Uplink;

/// <summary>A broker of another make as a process; killed at the end.</summary>
internal sealed class ForeignBroker : IDisposable
{
    private const int StartSecondsMax = 90;

    private readonly System.Diagnostics.Process _process;

    public ForeignBroker(
        string program, string[] options, int port, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, options)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["PATH"] += ":/usr/sbin:/sbin";
        if (program == "mosquitto"
            && File.Exists("/usr/sbin/mosquitto")) start.FileName = "/usr/sbin/mosquitto";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        _process = System.Diagnostics.Process.Start(start)!;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        for (var clock = Stopwatch.StartNew(); !IsOpen(port); Thread.Sleep(50))
            if (_process.HasExited || clock.Elapsed > TimeSpan.FromSeconds(StartSecondsMax))
                throw new InvalidOperationException($"{program} does not open port {port}");
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private static bool IsOpen(int port)
    {
        try
        {
            using var probe = new TcpClient("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
