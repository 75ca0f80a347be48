using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using LightMq.Fuzz.Live;
using LightMq.Fuzz.Reader;

namespace LightMq.Fuzz;

/// <summary>
/// `Fuzz [seconds] [seed]` fuzzes readers, then a live broker, for so long; `Fuzz live [seconds] [seed]` and
/// `Fuzz readers [seconds] [seed] [NAME]` only one of them; `Fuzz input NAME SEED` shows one input of a
/// reader. Anything else goes to the test runner.
/// </summary>
internal static class Program
{
    private const int DefaultSeconds = 600;
    private static readonly TimeSpan InputTimeMax = TimeSpan.FromSeconds(30);

    private static int Main(string[] args) => args switch
    {
        [] => Both(DefaultSeconds, AnySeed()),
        ["input", var name, var seed] => Show(name, Number(seed)),
        ["readers", var seconds, var seed, var name] => Readers(Number(seconds), Number(seed), name),
        ["readers", .. var rest] => Readers(SecondsOf(rest), SeedOf(rest)),
        ["live", .. var rest] => Live(SecondsOf(rest), SeedOf(rest)),
        [var first, ..] when int.TryParse(first, out var seconds) => Both(seconds, SeedOf(args)),
        _ => RunTests(args),
    };

    private static int Both(int seconds, int seed) =>
        Readers(Math.Max(1, seconds / 4), seed) + Live(seconds - seconds / 4, seed) == 0 ? 0 : 1;

    private static int Readers(int seconds, int seed, string name = "")
    {
        var targets = ReaderRun.All.Where(one => name.Length == 0 || one.Name == name).ToArray();
        if (targets.Length == 0) return NoReader(name);

        Console.WriteLine($"readers: {seconds} s from seed {seed} on");
        var clock = Stopwatch.StartNew();
        var run = new ReaderRun(targets, InputTimeMax);
        var finding = run.Run(seed, int.MaxValue, () => clock.Elapsed.TotalSeconds < seconds);
        Console.WriteLine($"{run.Summary()}: {finding?.ToString() ?? "nothing found"}");
        return finding is null ? 0 : 1;
    }

    private static int Live(int seconds, int seed)
    {
        Console.WriteLine($"live: {seconds} s, seed {seed}");
        var wrong = LiveRun.Run(seconds, seed, Console.WriteLine);
        foreach (var line in wrong) Console.WriteLine(line);
        Console.WriteLine(wrong.Count == 0 ? "nothing found" : $"{wrong.Count} findings");
        return wrong.Count == 0 ? 0 : 1;
    }

    private static int Show(string name, int seed)
    {
        if (ReaderRun.All.FirstOrDefault(one => one.Name == name) is not { } target) return NoReader(name);
        var input = target.InputOf(seed);
        Console.WriteLine($"{input.Length} bytes: {Convert.ToHexStringLower(input)}");
        var finding = Check.Run(target, seed);
        Console.WriteLine(finding?.ToString()
            ?? $"as it should be: {Check.Text(target.Read(seed, input, Cut.Whole))}");
        return finding is null ? 0 : 1;
    }

    private static int NoReader(string name)
    {
        var names = string.Join(", ", ReaderRun.All.Select(static one => one.Name));
        Console.Error.WriteLine($"no reader '{name}': {names}");
        return 64;
    }

    private static int SecondsOf(string[] args) => args.Length > 0 ? Number(args[0]) : DefaultSeconds;

    private static int SeedOf(string[] args) => args.Length > 1 ? Number(args[1]) : AnySeed();

    private static int AnySeed() => RandomNumberGenerator.GetInt32(int.MaxValue / 2);

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static int RunTests(string[] args)
    {
        var isPlatform = args.Any(arg => arg is "--server" or "--internal-msbuild-node");
        return isPlatform
            ? Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework
                .RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions).GetAwaiter().GetResult()
            : Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args).GetAwaiter().GetResult();
    }
}
