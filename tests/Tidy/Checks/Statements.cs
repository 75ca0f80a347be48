using System.Text.RegularExpressions;

namespace LightMq.Tidy.Checks;

/// <summary>The page of MQTT's statements is whole, and its proofs exist.</summary>
internal static partial class Statements
{
    public const string Page = "docs/MQTT-CONFORMANCE.md";
    private const string Transcripts = "tests/Wire/Transcripts/";

    /// <summary>How many statements each section has, from 1; which, where 1 is missing.</summary>
    private static readonly Dictionary<string, string> Sections = new()
    {
        ["MQTT"] = """
            1.5.3:3 2.2.2:2 2.3.1:7 3.1.0:2 3.1.2:24 3.1.3:11 3.1.4:5 3.2.0:1 3.2.2:6 3.3.1:12 3.3.2:3 3.3.4:1
            3.3.5:2 3.6.1:1 3.8.1:1 3.8.3:4 3.8.4:6 3.9.3:2 3.10.1:1 3.10.3:2 3.10.4:6 3.12.4:1 3.14.1:1
            3.14.4:3 4.1.0:2 4.3.1:1 4.3.2:2 4.3.3:2 4.4.0:1 4.5.0:2 4.6.0:6 4.7.1:3 4.7.2:1 4.7.3:4 4.8.0:2
            6.0.0:4 7.0.0:2 7.1.1:1 7.1.2:1
            """,
        ["MQTT5"] = """
            1.5.4:3 1.5.5:1 1.5.7:1 2.1.3:1 2.2.1:2-6 2.2.2:1 3.1.0:2 3.1.2:30 3.1.3:12 3.1.4:6 3.2.0:2
            3.2.2:22 3.3.1:13 3.3.2:20 3.3.4:10 3.4.2:3 3.5.2:3 3.6.1:1 3.6.2:3 3.7.2:3 3.8.1:1 3.8.3:5
            3.8.4:8 3.9.2:2 3.9.3:2 3.10.1:1 3.10.3:2 3.10.4:6 3.11.2:2 3.11.3:2 3.12.4:1 3.14.0:1
            3.14.1:1 3.14.2:4 3.14.4:3 3.15.1:1 3.15.2:3 4.1.0:2 4.2.0:1 4.3.1:1 4.3.2:5 4.3.3:13 4.4.0:2
            4.5.0:2 4.6.0:6 4.7.0:1 4.7.1:2 4.7.2:1 4.7.3:4 4.8.2:6 4.9.0:3 4.12.0:7 4.12.1:2 4.13.1:1
            4.13.2:1 6.0.0:4
            """,
    };

    /// <summary>Every statement of both versions.</summary>
    public static IReadOnlySet<string> All { get; } = Sections.SelectMany(version =>
        version.Value.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(section => Of(version.Key, section))).ToHashSet();

    /// <summary>Statements that the page leaves out, names twice or invents.</summary>
    public static IEnumerable<string> Miscounted(Project project)
    {
        var page = PageOf(project);
        var named = Row().Matches(page).Select(row => row.Groups[1].Value).Concat(ClientsOnly().Matches(page)
            .SelectMany(list => Statement().Matches(list.Value).Select(one => one.Value))).ToArray();
        return [
            .. All.Except(named).Select(one => $"{Page} leaves out {one}"),
            .. named.Except(All).Select(one => $"{Page}: the standard has no {one}"),
            .. named.GroupBy(one => one).Where(group => group.Count() > 1)
                .Select(group => $"{Page} names {group.Key} twice"),
        ];
    }

    /// <summary>Rows without a proof, and proofs that do not exist or do not cite the statement.</summary>
    public static IEnumerable<string> Unproven(Project project)
    {
        foreach (Match row in Row().Matches(PageOf(project)))
        {
            var statement = row.Groups[1].Value;
            var proofs = Quoted().Matches(row.Groups[3].Value);
            if (Reason().IsMatch(row.Groups[3].Value)) continue;
            if (proofs.Count == 0) yield return $"{Page}: {statement} has no proof and no reason";
            foreach (Match proof in proofs)
                if (!IsProof(project, proof.Groups[1].Value, statement))
                    yield return $"{Page}: {statement} is not proven by {proof.Groups[1].Value}";
        }
    }

    /// <summary>Sources and transcripts that cite a statement which the standard does not have.</summary>
    public static IEnumerable<string> Unknown(Project project) =>
        from file in project.Files
        where file.Key.EndsWith(".cs", StringComparison.Ordinal)
            || file.Key.StartsWith(Transcripts, StringComparison.Ordinal)
        where !file.Key.StartsWith("tests/Tidy/", StringComparison.Ordinal) // makes some up
        from Match cited in Statement().Matches(file.Value)
        where !All.Contains(cited.Value)
        select $"{file.Key}: the standard has no {cited.Value}";

    private static string PageOf(Project project) => project.Files.GetValueOrDefault(Page, "");

    // "3.1.2:24" is 1 to 24, "2.2.1:2-6" is 2 to 6.
    private static IEnumerable<string> Of(string version, string section)
    {
        var parts = section.Split(':', '-').ToArray();
        var last = int.Parse(parts[^1]);
        var first = parts.Length == 3 ? int.Parse(parts[1]) : 1;
        return Enumerable.Range(first, last - first + 1).Select(number => $"{version}-{parts[0]}-{number}");
    }

    private static bool IsProof(Project project, string name, string statement)
    {
        if (project.Files.TryGetValue($"{Transcripts}{name}.txt", out var transcript))
            return Citations().Matches(transcript).Any(line => line.Value.Split(' ').Contains(statement));
        return name.Split('.') is [var type, var method] && project.Sources("tests").Any(source =>
            source.Text.Contains($"class {type}", StringComparison.Ordinal)
            && source.Text.Contains($" {method}(", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^\| (MQTT5?-[\d.]+-\d+) \|([^|\n]*)\|([^|\n]*)\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^Clients only: .*$", RegexOptions.Multiline)]
    private static partial Regex ClientsOnly();

    [GeneratedRegex(@"^! .*$", RegexOptions.Multiline)]
    private static partial Regex Citations();

    [GeneratedRegex(@"\bMQTT5?-\d+(?:\.\d+)+-\d+\b")]
    private static partial Regex Statement();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^ none: \w+")]
    private static partial Regex Reason();
}
