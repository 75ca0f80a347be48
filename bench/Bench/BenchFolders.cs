namespace LightMq.Bench;

/// <summary>Where things are, below the project's root.</summary>
internal sealed record BenchFolders(string Root)
{
    public string Broker => Path.Combine(Root, "artifacts/publish", Rid, "lightmq-edgebroker");
    public string Generator => Path.Combine(Root, "artifacts/bench/lightmq-load");
    public string EngineBench =>
        Path.Combine(Root, "artifacts/engine-bench/LightMq.EngineBench");
    public string Work => Path.Combine(Root, "artifacts/bench");

    /// <summary>Where a run that does not measure everything leaves its figures, to be merged.</summary>
    /// <param name="aside">Name of a run that is not the one to be published.</param>
    public string Figures(string? aside) => Path.Combine(Work, (aside ?? "figures") + ".json");
    public string Report(string? aside) =>
        aside is null ? Path.Combine(Root, "bench/RESULTS.md") : Path.Combine(Work, aside + ".md");

    private static string Rid =>
        System.Runtime.InteropServices.RuntimeInformation.OSArchitecture
            == System.Runtime.InteropServices.Architecture.Arm64 ? "linux-arm64" : "linux-x64";

    /// <summary>The folder with build.sh, here or above.</summary>
    public static BenchFolders Find()
    {
        var folder = Directory.GetCurrentDirectory();
        for (; folder != null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "build.sh"))) return new BenchFolders(folder);
        throw new BenchFailed("run it below the project's root folder");
    }
}

/// <summary>A measurement that could not be made; the message says why.</summary>
internal sealed class BenchFailed(string message) : Exception(message);
