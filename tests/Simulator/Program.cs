using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using LightMq.Simulator.Chain;
using LightMq.Simulator.World;

namespace LightMq.Simulator;

/// <summary>
/// `Simulator` runs seeds for ever, `Simulator 17 500` runs 500 from 17 on, of the devices' world and of the
/// chain from sensors to core; with `devices` or `chain` before the numbers of that one only. `Simulator 17`
/// shows a seed of the devices' world, `Simulator chain 17` one of the chain. Anything else goes to the test
/// runner.
/// </summary>
internal static class Program
{
    private static readonly bool[] s_worlds = [false, true];

    private static int Main(string[] args) => args switch
    {
        ["chain", .. var rest] => Run(rest, [true]),
        ["devices", .. var rest] => Run(rest, [false]),
        [] => Run(args, s_worlds),
        _ => int.TryParse(args[0], out _) ? Run(args, s_worlds) : RunTests(args),
    };

    private static int Run(string[] args, bool[] worlds)
    {
        if (args.Length == 0) return RunForEver(worlds);
        var seed = int.Parse(args[0], CultureInfo.InvariantCulture);
        if (args.Length == 1) return Show(seed, worlds[0]);
        var count = int.Parse(args[1], CultureInfo.InvariantCulture);
        return worlds.Sum(isChain => RunMany(seed, count, isChain)) == 0 ? 0 : 1;
    }

    private static Outcome RunOne(int seed, bool isChain, TextWriter? lines = null) =>
        isChain ? ChainSimulation.Run(seed, lines: lines) : Simulation.Run(seed, lines: lines);

    private static int Show(int seed, bool isChain)
    {
        Console.WriteLine($"seed {seed}");
        using var output = new StreamWriter(Console.OpenStandardOutput());
        var outcome = RunOne(seed, isChain, output);
        output.WriteLine(outcome.Failure?.ToString() ?? "every promise held");
        output.WriteLine($"seed {seed}, hash {outcome.Hash:x16}, {outcome.Steps} events, "
            + $"{outcome.Deliveries} deliveries, {outcome.Boots} boots");
        return outcome.Failure == null ? 0 : 1;
    }

    private static int RunMany(int first, int count, bool isChain)
    {
        var campaign = new Campaign(Console.Out, Environment.ProcessorCount, isChain);
        campaign.Run(first, count);
        return campaign.Failures.Count;
    }

    private static int RunForEver(bool[] worlds)
    {
        var first = RandomNumberGenerator.GetInt32(int.MaxValue / 2);
        Console.WriteLine($"first seed {first}");
        var clock = Stopwatch.StartNew();
        for (var seed = first; ; seed++)
        {
            foreach (var isChain in worlds)
            {
                if (RunOne(seed, isChain).Failure is not { } failure) continue;
                Console.WriteLine($"{(isChain ? "chain " : "")}{seed} failed: {failure.Message}");
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
