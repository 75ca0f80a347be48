using System.Text.RegularExpressions;

namespace LightMq.Tidy.Checks;

/// <summary>Where things lie, and who may use whom.</summary>
internal static partial class Layout
{
    /// <summary>
    /// The direction of dependencies: each project and what it may name (docs/ARCHITECTURE.md).
    /// </summary>
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Mqtt"] = [],
        ["Lmq"] = [],
        ["Broker"] = ["Mqtt", "Lmq"],
        ["Store"] = ["Broker"],
        ["Net"] = ["Broker"],
        ["Service"] = [],
        ["Host"] = ["Store", "Net", "Service"],
        ["EdgeBroker"] = ["Host"],
        ["Central"] = ["Host"],
        ["DeviceAgent"] = ["Lmq", "Service"],
        ["Cli"] = ["Mqtt", "Lmq", "Service"],
        ["Uplink"] = ["Lmq", "Service"],
    };

    public static IEnumerable<string> WrongReferences(Project project) =>
        from file in project.Files
        let name = ProjectFile().Match(file.Key)
        where name.Success
        from Match reference in Reference().Matches(file.Value)
        let allowed = MayUse.GetValueOrDefault(name.Groups[1].Value)
        where allowed == null || !allowed.Contains(reference.Groups[1].Value)
        select $"{file.Key} must not refer to {reference.Groups[1].Value}";

    public static IEnumerable<string> UnknownProjects(Project project) =>
        from file in project.Files.Keys
        let name = ProjectFile().Match(file)
        where name.Success && !MayUse.ContainsKey(name.Groups[1].Value)
        select $"{file}: say in the table of dependencies what it may use";

    public static IEnumerable<string> TooDeep(Project project) =>
        from source in project.Sources("src")
        where source.Path.Count(c => c == '/') > 3
        select $"{source.Path} is deeper than src/Project/Folder/File";

    public static IEnumerable<string> UnnamedFolders(Project project)
    {
        var page = project.Files.GetValueOrDefault("docs/ARCHITECTURE.md", "");
        return project.Sources("src")
            .Select(s => Path.GetDirectoryName(s.Path)!)
            .Distinct()
            .Where(folder => !page.Contains($"`{folder}`", StringComparison.Ordinal))
            .Select(folder => $"docs/ARCHITECTURE.md does not say what `{folder}` is for");
    }

    [GeneratedRegex(@"^src/([^/]+)/\1\.csproj$")]
    private static partial Regex ProjectFile();

    [GeneratedRegex("""<ProjectReference Include="[^"]*/([^/"]+)\.csproj" */>""")]
    private static partial Regex Reference();
}
