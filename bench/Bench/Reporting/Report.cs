using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LightMq.Bench.Reporting;

/// <summary>Keeps the newest result of each case and writes them all as one page.</summary>
internal sealed class Report(BenchFolders folders, string? aside, IReadOnlyList<string> order)
{
    /// <summary>Takes in a case's newest result and writes the page anew.</summary>
    public void Take(CaseResult result)
    {
        var results = Stored().Where(r => r.Name != result.Name && order.Contains(r.Name)).Append(result)
            .OrderBy(r => order.ToList().IndexOf(r.Name)).ToList();
        Directory.CreateDirectory(folders.Work);
        File.WriteAllText(
            folders.Figures(aside), JsonSerializer.Serialize(results, ResultJson.Default.ListCaseResult));
        File.WriteAllText(folders.Report(aside), Page(results));
    }

    private List<CaseResult> Stored() =>
        File.Exists(folders.Figures(aside))
            ? JsonSerializer.Deserialize(
                File.ReadAllText(folders.Figures(aside)), ResultJson.Default.ListCaseResult) ?? []
            : [];

    private static string Page(List<CaseResult> results)
    {
        var page = new StringBuilder();
        page.AppendLine("""
            # Results

            Written by `./build.sh bench`; do not edit. Both brokers run on loopback of one machine and take
            turns (A B A B …); figures are medians of their turns, ratios of CPU medians of the turns' ratios
            (from 2026-11-25 on; before, ratios of the medians). CPU is user + system time of the broker's
            process per message, as the kernel counts it, which is steadier than a rate. Ratios below 1 are in
            our favour.

            """);
        foreach (var fact in MachineFacts.All()) page.AppendLine("- " + fact);
        page.AppendLine().AppendLine("## Gates").AppendLine();
        page.AppendLine("| gate | measured | must be | |").AppendLine("|---|---|---|---|");
        foreach (var gate in results.SelectMany(r => r.Gates))
            page.AppendLine(CultureInfo.InvariantCulture,
                $"| {gate.Name} | {Short(gate.Measured)} {gate.Unit} | {gate.Bound} | {Verdict(gate)} |");
        foreach (var result in results) Append(page, result);
        return page.ToString();
    }

    private static string Verdict(Gate gate) => gate.Holds ? "pass" : "**miss**";

    private static void Append(StringBuilder page, CaseResult result)
    {
        page.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"## {result.Title}").AppendLine();
        page.AppendLine(CultureInfo.InvariantCulture, $"`./build.sh bench {result.Name}`, {result.Date}.");
        foreach (var note in result.Notes) page.AppendLine(note);
        page.AppendLine();
        page.AppendLine("| " + string.Join(" | ", result.Header) + " |");
        page.AppendLine("|" + string.Concat(result.Header.Select(_ => "---|")));
        foreach (var row in result.Rows) page.AppendLine("| " + string.Join(" | ", row) + " |");
    }

    /// <summary>Three digits that count.</summary>
    public static string Short(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 1000 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("F0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("F1", CultureInfo.InvariantCulture),
        >= 0.1 => value.ToString("F2", CultureInfo.InvariantCulture),
        _ => value.ToString("F3", CultureInfo.InvariantCulture),
    };
}
