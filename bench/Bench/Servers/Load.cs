using System.Diagnostics;
using System.Text.Json;

namespace LightMq.Bench.Servers;

/// <summary>Runs the load generator and reads its one line of figures.</summary>
internal sealed class Load(BenchFolders folders)
{
    /// <summary>One run against <paramref name="server"/>.</summary>
    /// <param name="server">Who is loaded and measured.</param>
    /// <param name="arguments">The generator's own arguments, in one string.</param>
    /// <param name="wire">By which of the server's wires.</param>
    public IReadOnlyDictionary<string, double> Run(Server server, string arguments, Wire wire = Wire.Tcp)
    {
        var line = RunLine(server, arguments, wire);
        using var figures = JsonDocument.Parse(line);
        var run = figures.RootElement.EnumerateObject()
            .Where(p => p.Value.ValueKind == JsonValueKind.Number)
            .ToDictionary(p => p.Name, p => p.Value.GetDouble());
        var wrong = run.GetValueOrDefault("dup") + run.GetValueOrDefault("ooo");
        if (server.Name == Brokers.OursName && wrong > 0)
            throw new BenchFailed($"{server.Name}: repeated or out of order: {line}");
        if (server.Name == Brokers.OursName && run.GetValueOrDefault("lost") > 0 &&
            !IsAllowedToShed(arguments))
            throw new BenchFailed($"{server.Name}: lost messages: {line}");
        return run;
    }

    /// <summary>
    /// What both of two TLS servers agree on with the generator: version, cipher suite, group, key.
    /// </summary>
    /// <exception cref="BenchFailed">They differ, so their figures would not compare.</exception>
    public string Agreed(Server one, Server other)
    {
        var (first, second) = (Agreed(one), Agreed(other));
        return first == second ? first
            : throw new BenchFailed($"{one.Name} speaks {first}, {other.Name} speaks {second}");
    }

    private string Agreed(Server server)
    {
        using var figures = JsonDocument.Parse(RunLine(server, "-m churn -c 1 -C 1", Wire.Tls));
        return figures.RootElement.GetProperty("tls").GetString()!;
    }

    private string RunLine(Server server, string arguments, Wire wire)
    {
        var option = wire switch { Wire.Tls => "--tls", Wire.WebSocket => "--ws", _ => "" };
        var info = new ProcessStartInfo(folders.Generator,
            $"-P {server.PortOf(wire)} --server-pid {server.Pid} {option} {arguments}")
        { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = System.Diagnostics.Process.Start(info)!;
        var errors = process.StandardError.ReadToEndAsync();
        var line = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? line
            : throw new BenchFailed($"{server.Name}: lightmq-load {arguments}: {errors.Result}{line}");
    }

    // Mode pub has no subscriber; with QoS 0 and no credit a slow reader is shed.
    private static bool IsAllowedToShed(string arguments) =>
        arguments.Contains("-m pub", StringComparison.Ordinal);
}
