using System.Diagnostics;
using System.Text.Json;

namespace LightMq.Bench.Servers;

/// <summary>Runs the load generator and reads its one line of figures.</summary>
internal sealed class Load(BenchFolders folders)
{
    /// <summary>One run against <paramref name="server"/>.</summary>
    /// <param name="server">Who is loaded and measured.</param>
    /// <param name="arguments">The generator's own arguments, in one string.</param>
    public IReadOnlyDictionary<string, double> Run(Server server, string arguments)
    {
        var info = new ProcessStartInfo(folders.Generator,
            $"-P {server.Port} --server-pid {server.Pid} {arguments}")
        { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(info)!;
        var errors = process.StandardError.ReadToEndAsync();
        var line = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new BenchFailed($"{server.Name}: lightmq-load {arguments}: {errors.Result}{line}");
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

    // Mode pub has no subscriber; with QoS 0 and no credit a slow reader is shed.
    private static bool IsAllowedToShed(string arguments) =>
        arguments.Contains("-m pub", StringComparison.Ordinal);
}
