using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace LightMq.Process.Broker;

/// <summary>A running lightmq-edgebroker.</summary>
internal sealed class BrokerProcess : IDisposable
{
    private const int StartSecondsMax = 20;

    private readonly System.Diagnostics.Process _process;
    private readonly StringBuilder _log = new();

    private BrokerProcess(System.Diagnostics.Process process) => _process = process;

    /// <summary>Port of the first listener.</summary>
    public int Port { get; private set; }

    /// <summary>Its process id; of the shell's child too, for the shell becomes the broker.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Time from exec to the ready line.</summary>
    public TimeSpan StartTime { get; private set; }

    /// <summary>What it wrote to standard error.</summary>
    public string Log
    {
        get
        {
            lock (_log) return _log.ToString();
        }
    }

    /// <summary>Most memory it ever had resident, in KiB.</summary>
    public int PeakKilobytes => ReadStatus("VmHWM");

    /// <summary>Processor time used so far.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>An anonymous plain broker on a free loopback port, ready for clients.</summary>
    public static BrokerProcess Start(string dataDirectory, params string[] options) =>
        StartWith(["--data", dataDirectory, "--listen", "127.0.0.1:0", "--dialect", "plain", .. options]);

    /// <summary>Only launched: it may be anywhere in its start.</summary>
    public static BrokerProcess StartUnawaited(string dataDirectory)
    {
        var broker = new BrokerProcess(Launch(Repository.BrokerPath,
            ["--data", dataDirectory, "--listen", "127.0.0.1:0", "--dialect", "plain"]));
        broker.ReadLog();
        return broker;
    }

    /// <summary>The same, with no more file descriptors than this.</summary>
    public static BrokerProcess StartLimited(string dataDirectory, int descriptors) => Await(Launch("prlimit",
    [
        $"--nofile={descriptors}:{descriptors}", Repository.BrokerPath,
        "--data", dataDirectory, "--listen", "127.0.0.1:0", "--dialect", "plain",
    ]));

    /// <summary>As systemd starts it, with a notify socket and a watchdog.</summary>
    public static BrokerProcess StartAsService(
        string dataDirectory, string socket, int watchdogMilliseconds, int descriptors = 1_000) =>
        Await(Launch("sh",
        [
            "-c", $"ulimit -n {descriptors}; "
                + $"export NOTIFY_SOCKET={socket} WATCHDOG_USEC={watchdogMilliseconds}000; "
                + $"exec {Repository.BrokerPath} --data {dataDirectory} --listen 127.0.0.1:0 --dialect plain",
        ]));

    /// <summary>Any command line; waits for the ready line.</summary>
    public static BrokerProcess StartWith(params string[] options) =>
        Await(Launch(Repository.BrokerPath, options));

    /// <summary>A central, by its configuration file.</summary>
    public static BrokerProcess StartCentral(string file, params string[] options) =>
        Await(Launch(Repository.PathOf("lightmq-central", "Central"), ["--config", file, .. options]));

    private static BrokerProcess Await(System.Diagnostics.Process process)
    {
        var clock = Stopwatch.StartNew();
        var broker = new BrokerProcess(process);
        broker.ReadLog();
        broker.Port = broker.NextPort();
        broker.StartTime = clock.Elapsed;
        return broker;
    }

    /// <summary>Port of the next listener, in the order of the configuration.</summary>
    public int NextPort()
    {
        var ready = _process.StandardOutput.ReadLineAsync();
        if (!ready.Wait(TimeSpan.FromSeconds(StartSecondsMax)) || ready.Result is not { } line)
            throw new InvalidOperationException($"the broker did not become ready: {Log}");
        return int.Parse(line[(line.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture);
    }

    /// <summary>For a start that must fail: exit status and what standard error said.</summary>
    public static (int ExitCode, string Error) Fail(params string[] options) =>
        FailOf(Repository.BrokerPath, options);

    /// <summary>The same of any program.</summary>
    public static (int ExitCode, string Error) FailOf(string program, params string[] options)
    {
        using var process = Launch(program, options);
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromSeconds(StartSecondsMax)))
        {
            process.Kill();
            throw new InvalidOperationException($"it runs: {string.Join(' ', options)}");
        }
        return (process.ExitCode, error.Result.Trim());
    }

    /// <summary>Sends a signal.</summary>
    public void Signal(string signal)
    {
        using var kill = System.Diagnostics.Process.Start("kill", [$"-{signal}", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>SIGTERM; gives the exit status.</summary>
    public int Terminate(string signal = "TERM")
    {
        Signal(signal);
        if (!_process.WaitForExit(TimeSpan.FromSeconds(30)))
            throw new InvalidOperationException($"still running 30 s after SIG{signal}: {Log}");
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }

    private static System.Diagnostics.Process Launch(string program, string[] options)
    {
        var start = new ProcessStartInfo(program, options)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("LIGHTMQ_BIN");
        return System.Diagnostics.Process.Start(start)!;
    }

    private void ReadLog()
    {
        _process.ErrorDataReceived += Note;
        _process.BeginErrorReadLine();
    }

    private void Note(object sender, DataReceivedEventArgs line)
    {
        lock (_log) _log.AppendLine(line.Data);
    }

    private int ReadStatus(string key)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(text => text.StartsWith(key + ":"));
        return int.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture);
    }
}
