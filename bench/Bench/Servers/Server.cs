using System.Diagnostics;
using System.Runtime.InteropServices;

namespace LightMq.Bench.Servers;

/// <summary>A broker process under measurement, listening on a loopback port of its own.</summary>
internal sealed partial class Server : IDisposable
{
    private const int SigTerm = 15;
    private readonly System.Diagnostics.Process _process;
    private readonly int _port;
    private readonly (Wire Wire, int Port)? _second;

    private Server(
        string name, System.Diagnostics.Process process, int port, (Wire Wire, int Port)? second,
        TimeSpan start)
    {
        Name = name;
        _process = process;
        (_port, _second) = (port, second);
        StartTime = start;
    }

    public string Name { get; }
    public int Pid => _process.Id;

    /// <summary>From exec to the first CONNACK.</summary>
    public TimeSpan StartTime { get; }

    /// <summary>Bytes that this process gave to write calls (not to sockets) so far.</summary>
    public long BytesWritten => Figure("io", "wchar:");

    /// <summary>Resident memory.</summary>
    public long ResidentBytes => Figure("status", "VmRSS:") * 1024;

    /// <summary>Where it listens.</summary>
    public int PortOf(Wire wire) => wire == Wire.Tcp ? _port : _second!.Value.Wire == wire
        ? _second.Value.Port : throw new BenchFailed($"{Name} was not started with {wire}");

    /// <summary>Starts a program and waits until it has answered a CONNECT over plain TCP.</summary>
    public static Server Start(string name, string program, IReadOnlyList<string> arguments, int port,
        (Wire Wire, int Port)? second = null)
    {
        var info = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var from = Stopwatch.GetTimestamp();
        var process = System.Diagnostics.Process.Start(info)
            ?? throw new BenchFailed($"{program} did not start");
        var output = new Tail(process);
        while (!FirstConnAck.TryGet(port))
        {
            if (process.HasExited) throw new BenchFailed($"{name} ended with {process.ExitCode}: {output}");
            if (Stopwatch.GetElapsedTime(from) > TimeSpan.FromSeconds(30))
            {
                process.Kill();
                throw new BenchFailed($"{name} answered nothing within 30 s: {output}");
            }
        }
        return new Server(name, process, port, second, Stopwatch.GetElapsedTime(from));
    }

    /// <summary>Asks it to stop and waits until it has.</summary>
    public void Dispose()
    {
        Kill(_process.Id, SigTerm);
        if (!_process.WaitForExit(TimeSpan.FromSeconds(20))) _process.Kill();
        _process.Dispose();
    }

    private long Figure(string file, string key)
    {
        foreach (var line in File.ReadLines($"/proc/{Pid}/{file}"))
            if (line.StartsWith(key, StringComparison.Ordinal))
                return long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1]);
        return 0;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);

    /// <summary>The last lines that a process printed, read on so that its pipe never fills.</summary>
    private sealed class Tail
    {
        private readonly Queue<string> _lines = new();

        public Tail(System.Diagnostics.Process process)
        {
            process.OutputDataReceived += (_, e) => Keep(e.Data);
            process.ErrorDataReceived += (_, e) => Keep(e.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        public override string ToString()
        {
            lock (_lines) return string.Join(" | ", _lines);
        }

        private void Keep(string? line)
        {
            if (line == null) return;
            lock (_lines)
            {
                _lines.Enqueue(line);
                if (_lines.Count > 10) _lines.Dequeue();
            }
        }
    }
}
