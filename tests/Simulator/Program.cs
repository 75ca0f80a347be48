using System.Diagnostics;
using System.Security.Cryptography;
using LightMq.Simulator.World;

namespace LightMq.Simulator;

/// <summary>
/// `Simulator` runs seeds for ever, `Simulator 17` shows one, `Simulator 17 500` runs 500 from 17 on.
/// Anything else goes to the test runner.
/// </summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        if (args.Length == 0) return RunForEver();
        if (!int.TryParse(args[0], out var seed)) return RunTests(args);
        return args.Length > 1 && int.TryParse(args[1], out var count) ? RunMany(seed, count) : Show(seed);
    }

    private static int Show(int seed)
    {
        Console.WriteLine($"seed {seed}");
        using var output = new StreamWriter(Console.OpenStandardOutput());
        var outcome = Simulation.Run(seed, lines: output);
        output.WriteLine(outcome.Failure?.ToString() ?? "every promise held");
        output.WriteLine($"seed {seed}, hash {outcome.Hash:x16}, {outcome.Steps} events, "
            + $"{outcome.Deliveries} deliveries, {outcome.Boots} boots");
        return outcome.Failure == null ? 0 : 1;
    }

    private static int RunMany(int first, int count)
    {
        var campaign = new Campaign(Console.Out, Environment.ProcessorCount);
        campaign.Run(first, count);
        return campaign.Failures.Count == 0 ? 0 : 1;
    }

    private static int RunForEver()
    {
        var first = RandomNumberGenerator.GetInt32(int.MaxValue / 2);
        Console.WriteLine($"first seed {first}");
        var clock = Stopwatch.StartNew();
        for (var seed = first; ; seed++)
        {
            var outcome = Simulation.Run(seed);
            if (outcome.Failure != null)
            {
                Console.WriteLine($"seed {seed} failed: {outcome.Failure.Message}");
                return 1;
            }
            var done = seed - first + 1;
            if (done % 100 == 0)
                Console.WriteLine($"{done} seeds, "
                    + $"{done / clock.Elapsed.TotalSeconds:F1} seeds/s, next {seed + 1}");
        }
    }

    private static int RunTests(string[] args)
    {
        var isPlatform = args.Any(arg => arg is "--server" or "--internal-msbuild-node");
        return isPlatform
            ? Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework
                .RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions).GetAwaiter().GetResult()
            : Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args).GetAwaiter().GetResult();
    }
}
