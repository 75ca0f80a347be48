namespace LightMq.DeviceAgent.Settings;

/// <summary>Where the agent runs.</summary>
/// <param name="HostName">Name of this machine.</param>
/// <param name="StateDirectory">The directory that systemd made for state; empty: none.</param>
/// <param name="RuntimeDirectory">The one under /run; empty: none.</param>
internal sealed record Surroundings(string HostName, string StateDirectory, string RuntimeDirectory)
{
    /// <summary>Of this process.</summary>
    public static Surroundings Ours { get; } = new(Environment.MachineName.ToLowerInvariant(),
        First("STATE_DIRECTORY"), First("RUNTIME_DIRECTORY"));

    private static string First(string variable) =>
        (Environment.GetEnvironmentVariable(variable) ?? "").Split(':')[0];
}
