using System.Text.RegularExpressions;

namespace LightMq.Tidy.Checks;

/// <summary>The docs speak of what exists.</summary>
internal static partial class Pages
{
    public static IEnumerable<string> DeadLinks(Project project) =>
        from page in project.Files
        where page.Key.EndsWith(".md", StringComparison.Ordinal)
        from Match link in Link().Matches(page.Value)
        let target = link.Groups[1].Value
        where !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith('#')
        let path = Resolve(page.Key, target.Split('#')[0])
        where !Exists(project, path)
        select $"{page.Key}: {target} does not exist";

    public static IEnumerable<string> UnnamedVerbs(Project project) =>
        from script in project.Files
        where script.Key == "build.sh" || (script.Key.StartsWith("build/", StringComparison.Ordinal)
            && script.Key.EndsWith(".sh", StringComparison.Ordinal))
        from Match verb in Verb().Matches(script.Value)
        where !project.Files.GetValueOrDefault("README.md", "")
            .Contains($"./build.sh {verb.Groups[1].Value}", StringComparison.Ordinal)
        select $"README.md does not name ./build.sh {verb.Groups[1].Value}";

    /// <summary>
    /// Each promise names its tests in the table's last column: `Class.Method`, or `Class` for all.
    /// </summary>
    public static IEnumerable<string> UntestedPromises(Project project)
    {
        var tests = string.Concat(project.Sources("tests").Select(s => s.Text));
        var rows = PromiseRow().Matches(project.Files.GetValueOrDefault("docs/TESTING.md", ""));
        if (rows.Count == 0) yield return "docs/TESTING.md has no table of promises";
        foreach (Match row in rows)
        {
            var names = Name().Matches(row.Groups[2].Value);
            if (names.Count == 0) yield return $"no test is named for: {row.Groups[1].Value.Trim()}";
            foreach (Match name in names)
                if (name.Groups[1].Value.Split('.')
                    .Any(part => !tests.Contains(part, StringComparison.Ordinal)))
                    yield return $"{name.Groups[1].Value} does not exist: {row.Groups[1].Value.Trim()}";
        }
    }

    private static string Resolve(string page, string target) =>
        Path.GetRelativePath(
            "/", Path.GetFullPath(Path.Combine("/", Path.GetDirectoryName(page) ?? "", target)));

    private static bool Exists(Project project, string path) =>
        project.Files.Keys.Any(
            f => f == path || f.StartsWith(path.TrimEnd('/') + "/", StringComparison.Ordinal));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^verb_([\w-]+)\(\)", RegexOptions.Multiline)]
    private static partial Regex Verb();

    [GeneratedRegex(@"^\| P\d+ \|([^|]*)\|([^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex PromiseRow();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Name();
}
