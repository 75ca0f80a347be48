using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace LightMq.Units;

/// <summary>
/// A Debian with systemd, booted by systemd-nspawn without a network, with our packages at hand. It is
/// unpacked from LIGHTMQ_UNITS_ROOT (a tar file), the packages come from LIGHTMQ_UNITS_DEBS;
/// build/test-units.sh sets both.
/// </summary>
public sealed class Container : IDisposable
{
    private const int BootSecondsMax = 60;
    private const int CommandSecondsMax = 90;

    private readonly string _folder;
    private readonly Process _nspawn;
    private readonly StringBuilder _console = new();
    private readonly int _leader;

    public Container()
    {
        _folder = Directory.CreateTempSubdirectory("lightmq-units-").FullName;
        Host("tar", "-C", _folder, "-xf", Needed("LIGHTMQ_UNITS_ROOT"));
        File.Delete(At("/etc/machine-id"));
        Directory.CreateDirectory(At("/packages"));
        foreach (var package in Directory.GetFiles(Needed("LIGHTMQ_UNITS_DEBS"), "*.deb"))
            File.Copy(package, At("/packages/" + Path.GetFileName(package)));
        _nspawn = Boot();
        _leader = WaitFor(FindLeader, "the container's first process", BootSecondsMax);
        WaitFor(() => Try("systemctl is-system-running").Output.Trim() is "running" or "degraded" ? 1 : 0,
            "a booted container", BootSecondsMax);
    }

    /// <summary>What the container said while it booted.</summary>
    public string Console
    {
        get
        {
            lock (_console) return _console.ToString();
        }
    }

    /// <summary>A path of the container, as the host sees it.</summary>
    public string At(string path) => Path.Combine(_folder, path.TrimStart('/'));

    /// <summary>Runs a shell command inside, which must succeed, and gives what it printed.</summary>
    public string Run(string command)
    {
        var (status, output) = Try(command);
        return status == 0 ? output
            : throw new InvalidOperationException($"{command}: exit status {status}\n{output}");
    }

    /// <summary>Runs a shell command inside.</summary>
    public (int Status, string Output) Try(string command) => Start("nsenter",
        "-a", "-t", _leader.ToString(CultureInfo.InvariantCulture), "--", "/bin/sh", "-c", command + " 2>&1");

    /// <summary>A property of a unit.</summary>
    public string Show(string unit, string property) =>
        Run($"systemctl show --value -p {property} {unit}").Trim();

    /// <summary>Waits until a command inside prints this.</summary>
    public void Await(string command, string wanted, int seconds = 30)
    {
        var last = "";
        WaitFor(() => (last = Try(command).Output.Trim()) == wanted ? 1 : 0,
            $"'{wanted}' from '{command}'", seconds, () => last);
    }

    /// <summary>Writes a file as provisioning would: root's, readable by the services' group.</summary>
    public void Provide(string path, string text)
    {
        File.WriteAllText(At(path), text);
        Run($"chgrp lightmq {path} && chmod 640 {path}");
    }

    public void Dispose()
    {
        Try("systemctl --no-block poweroff");
        if (!_nspawn.WaitForExit(30_000)) _nspawn.Kill(entireProcessTree: true);
        _nspawn.WaitForExit();
        _nspawn.Dispose();
        Host("rm", "-rf", "--one-file-system", _folder);
    }

    // nspawn wants a terminal, which script gives it.
    private Process Boot()
    {
        var start = new ProcessStartInfo("script",
        [
            "-qefc", "exec systemd-nspawn --boot --quiet --register=no --keep-unit --private-network "
                + $"--link-journal=no --machine=lightmq-units --directory={_folder}", "/dev/null",
        ])
        {
            RedirectStandardOutput = true, RedirectStandardInput = true,
        };
        // MemoryMax= and its like are of the unified hierarchy only.
        start.Environment["SYSTEMD_NSPAWN_UNIFIED_HIERARCHY"] = "1";
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) =>
        {
            lock (_console) _console.AppendLine(line.Data);
        };
        process.BeginOutputReadLine();
        return process;
    }

    // script → (a shell that became) systemd-nspawn → the container's systemd.
    private int FindLeader()
    {
        if (_nspawn.HasExited) throw new InvalidOperationException($"systemd-nspawn ended:\n{Console}");
        return ChildrenOf(_nspawn.Id).Where(child => NameOf(child) == "systemd-nspawn")
            .SelectMany(ChildrenOf).FirstOrDefault(child => NameOf(child) == "systemd");
    }

    private static IEnumerable<int> ChildrenOf(int process)
    {
        var file = $"/proc/{process}/task/{process}/children";
        return File.Exists(file)
            ? File.ReadAllText(file).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse) : [];
    }

    private static string NameOf(int process)
    {
        var file = $"/proc/{process}/comm";
        return File.Exists(file) ? File.ReadAllText(file).Trim() : "";
    }

    private int WaitFor(Func<int> look, string what, int seconds, Func<string>? last = null)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < TimeSpan.FromSeconds(seconds))
        {
            if (look() is not 0 and var found) return found;
            Thread.Sleep(100);
        }
        throw new InvalidOperationException(
            $"no {what} within {seconds} s; last: {last?.Invoke()}\n{Console}");
    }

    private static string Needed(string variable) => Environment.GetEnvironmentVariable(variable)
        ?? throw new InvalidOperationException($"{variable} is not set: run ./build.sh test-units");

    private static void Host(string program, params string[] arguments)
    {
        var (status, output) = Start(program, arguments);
        if (status != 0) throw new InvalidOperationException($"{program}: exit status {status}\n{output}");
    }

    private static (int Status, string Output) Start(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(CommandSecondsMax * 1_000))
        {
            process.Kill(entireProcessTree: true);
            return (124, $"still running after {CommandSecondsMax} s");
        }
        return (process.ExitCode, output.Result + errors.Result);
    }
}
