namespace LightMq.Tidy;

/// <summary>The files of the project as text, by their path from its root with forward slashes.</summary>
internal sealed class Project
{
    private static readonly string[] Skipped =
        ["bin", "obj", "artifacts", "node_modules", ".git", ".vs", ".idea", "TestResults", "__pycache__"];
    private static readonly string[] TextKinds =
        [".cs", ".csproj", ".props", ".md", ".sh", ".json", ".service", ".c", ".h", ".conf", ".txt", ".tsv",
            ".py", ".js", ".html", ".go", ".java", ""];

    private Project(IReadOnlyDictionary<string, string> files) => Files = files;

    /// <summary>Path to content.</summary>
    public IReadOnlyDictionary<string, string> Files { get; }

    /// <summary>Sources in C#, in the order of their paths.</summary>
    public IEnumerable<(string Path, string Text)> Sources(params string[] folders) =>
        from file in Files
        where file.Key.EndsWith(".cs", StringComparison.Ordinal)
        where folders.Length == 0 || folders.Any(f => file.Key.StartsWith(f + "/", StringComparison.Ordinal))
        orderby file.Key
        select (file.Key, file.Value);

    /// <summary>The project that this test belongs to.</summary>
    public static Project Real { get; } = Load(Root());

    /// <summary>A made-up project, to prove that a check finds what it is for.</summary>
    public static Project Sample(params (string Path, string Text)[] files) =>
        new(files.ToDictionary(f => f.Path, f => f.Text));

    private static string Root()
    {
        for (var folder = AppContext.BaseDirectory; folder != null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "LightMq.sln"))) return folder;
        throw new InvalidOperationException("no LightMq.sln above the test");
    }

    private static Project Load(string root)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Add(files, root, root);
        return new Project(files);
    }

    private static void Add(SortedDictionary<string, string> files, string root, string folder)
    {
        foreach (var file in Directory.GetFiles(folder))
            if (TextKinds.Contains(Path.GetExtension(file)) && Path.GetFileName(file) != ".git")
                files[Path.GetRelativePath(root, file)] = File.ReadAllText(file);
        foreach (var below in Directory.GetDirectories(folder))
            if (!Skipped.Contains(Path.GetFileName(below))) Add(files, root, below);
    }
}
