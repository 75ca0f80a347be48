using System.Globalization;
using LightMq.Bench;
using LightMq.Bench.Cases;
using LightMq.Bench.Reporting;

// ./build.sh bench [list | NAME...] [--quick] [--turns=N] [--before=BROKER]: measures, prints each gate,
// writes bench/RESULTS.md.

var quick = args.Contains("--quick");
var before = Option("--before=");
var names = args.Where(a => !a.StartsWith("--", StringComparison.Ordinal)).ToArray();
if (names is ["list"])
{
    foreach (var known in AllCases.List) Console.WriteLine($"{known.Name,-18}{known.Title}");
    return 0;
}
var wrong = names.Except(AllCases.List.Select(c => c.Name)).ToArray();
if (wrong.Length > 0)
{
    Console.Error.WriteLine($"bench: no case '{wrong[0]}'; `bench list` names them");
    return 64;
}

if (before is not null && names.Length == 0)
    names = ["fan-in-1", "fan-in-0", "fan-in-1-single", "fan-out-1", "pairs"];
var turns = int.Parse(Option("--turns=") ?? "5", CultureInfo.InvariantCulture);
var run = new BenchRun(BenchFolders.Find(), quick, before, turns);
var aside = before is not null ? "before" : quick ? "quick" : null;
var report = new Report(run.Folders, aside, [.. AllCases.List.Select(c => c.Name)]);
var date = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
var failed = 0;
foreach (var asked in AllCases.List.Where(c => names.Length == 0 || names.Contains(c.Name)))
{
    Console.WriteLine($"== {asked.Name}: {asked.Title}");
    try
    {
        var result = asked.Measure(run, date);
        report.Take(result);
        Console.WriteLine("   " + string.Join(" | ", result.Header));
        foreach (var row in result.Rows) Console.WriteLine("   " + string.Join(" | ", row));
        foreach (var gate in result.Gates)
            Console.WriteLine($"   {(quick ? "(smoke)" : gate.Holds ? "pass" : "MISS")}  {gate.Sentence}");
    }
    catch (BenchFailed e)
    {
        failed++;
        Console.WriteLine("   FAILED " + e.Message);
    }
}
Console.WriteLine($"written to {Path.GetRelativePath(run.Folders.Root, run.Folders.Report(aside))}");
return failed == 0 ? 0 : 1;

string? Option(string name) =>
    args.FirstOrDefault(a => a.StartsWith(name, StringComparison.Ordinal))?[name.Length..];
