using System.Text.RegularExpressions;

namespace LightMq.Tidy.Checks;

/// <summary>What must not be left lying about in any file.</summary>
internal static partial class Words
{
    public static IEnumerable<string> Leftovers(Project project) => Found(project, Leftover());

    public static IEnumerable<string> MachinePaths(Project project) => Found(project, MachinePath());

    /// <summary>
    /// Ids of log messages are unique within a project, or nobody can search a log by them.
    /// </summary>
    public static IEnumerable<string> RepeatedLogIds(Project project) =>
        from source in project.Sources("src")
        from Match message in LogId().Matches(source.Text)
        group source.Path by (Project: source.Path.Split('/')[1], Id: message.Groups[1].Value) into uses
        where uses.Count() > 1
        select $"{uses.Key.Project}: log message id {uses.Key.Id} is used {uses.Count()} times";

    private static IEnumerable<string> Found(Project project, Regex wrong) =>
        from file in project.Files
        where !file.Key.StartsWith("tests/Tidy/", StringComparison.Ordinal) // names what it looks for
        from line in file.Value.Split('\n').Index()
        let match = wrong.Match(line.Item)
        where match.Success
        select $"{file.Key}:{line.Index + 1}: {match.Value}";

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b|NotImplementedException")]
    private static partial Regex Leftover();

    [GeneratedRegex(@"/(work|root|home)/[.\w]+")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"\[LoggerMessage\(\s*(?:EventId = )?(\d+)")]
    private static partial Regex LogId();
}
