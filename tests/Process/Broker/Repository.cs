namespace LightMq.Process.Broker;

/// <summary>Where things are: the repository, the broker's executable, caches.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>LIGHTMQ_BIN, else the published executable, else what a build left.</summary>
    public static string BrokerPath { get; } = Find("lightmq-edgebroker", "EdgeBroker", "LIGHTMQ_BIN");

    /// <summary>A directory for what tests install, kept between runs.</summary>
    public static string Cache(string name) =>
        Directory.CreateDirectory(Path.Combine(Root, "artifacts", "test-cache", name)).FullName;

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "LightMq.sln")))
            folder = folder.Parent;
        return folder?.FullName
            ?? throw new InvalidOperationException("no LightMq.sln above the test's binary");
    }

    /// <summary>A program of ours: the published executable, else what a build left.</summary>
    public static string PathOf(string executable, string project) => Find(
        executable, project, $"LIGHTMQ_{project.ToUpperInvariant()}_BIN");

    private static string Find(string executable, string project, string variable)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } named) return named;
        var build = Path.Combine(Root, "src", project, "bin");
        string[] places =
        [
            Path.Combine(Root, "artifacts", "publish", "linux-x64", executable),
            Path.Combine(build, "Release", "net10.0", executable),
            Path.Combine(build, "Debug", "net10.0", executable),
        ];
        return places.FirstOrDefault(File.Exists) ?? throw new InvalidOperationException(
            $"no {executable}: run './build.sh publish', or 'dotnet build src/{project}', or set "
            + variable);
    }
}
