using System.Diagnostics;
using System.Globalization;
using System.Text;
using LightMq.Process.Broker;

namespace LightMq.Process.Chain;

/// <summary>One of our programs, running: what it says, its end, its figures.</summary>
internal sealed class ProgramProcess : IDisposable
{
    private const int StartSecondsMax = 30;

    private readonly System.Diagnostics.Process _process;
    private readonly StringBuilder _log = new();
    private readonly List<string> _said = [];

    private ProgramProcess(System.Diagnostics.Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) => Note(_log, line.Data);
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null) return;
            lock (_log)
            {
                _said.Add(line.Data);
                Monitor.PulseAll(_log);
            }
        };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it wrote to standard error.</summary>
    public string Log
    {
        get
        {
            lock (_log) return _log.ToString();
        }
    }

    /// <summary>Memory that is resident now, in KiB.</summary>
    public int ResidentKilobytes => int.Parse(
        File.ReadLines($"/proc/{_process.Id}/status").First(static line => line.StartsWith("VmRSS:"))
            .Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    /// <summary>Processor time used so far.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Bytes that it gave to write calls (not to sockets) so far.</summary>
    public long BytesWritten => long.Parse(
        File.ReadLines($"/proc/{_process.Id}/io").First(static line => line.StartsWith("wchar:"))[6..],
        CultureInfo.InvariantCulture);

    /// <summary>Launches a program of ours.</summary>
    /// <param name="executable">As lightmq-central.</param>
    /// <param name="project">Its project under src.</param>
    /// <param name="options">Command line.</param>
    public static ProgramProcess Start(string executable, string project, params string[] options)
    {
        var start = new ProcessStartInfo(Repository.PathOf(executable, project), options)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("LIGHTMQ_BIN");
        return new ProgramProcess(System.Diagnostics.Process.Start(start)!);
    }

    /// <summary>The port in the ready line that begins so, as "ready tcp".</summary>
    public int PortOf(string ready)
    {
        var until = Environment.TickCount64 + StartSecondsMax * 1_000;
        lock (_log)
        {
            while (true)
            {
                if (_said.Find(line => line.StartsWith(ready, StringComparison.Ordinal)) is { } line)
                    return int.Parse(
                        line.Split(' ')[2][(line.Split(' ')[2].LastIndexOf(':') + 1)..].TrimEnd('/'),
                        CultureInfo.InvariantCulture);
                var left = until - Environment.TickCount64;
                if (left <= 0 || _process.HasExited)
                    throw new InvalidOperationException($"no line '{ready}': {_log}");
                Monitor.Wait(_log, (int)Math.Min(left, 200));
            }
        }
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>SIGTERM; gives the exit status.</summary>
    public int Terminate()
    {
        using (var kill = System.Diagnostics.Process.Start("kill", ["-TERM", $"{_process.Id}"]))
            kill.WaitForExit();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(30)))
            throw new InvalidOperationException($"still running 30 s after SIGTERM: {Log}");
        return _process.ExitCode;
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private static void Note(StringBuilder log, string? line)
    {
        lock (log)
        {
            log.AppendLine(line);
            Monitor.PulseAll(log);
        }
    }
}
