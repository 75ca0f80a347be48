namespace LightMq.Net.WebSocket;

/// <summary>What a WebSocket listener asks of a request.</summary>
/// <param name="Paths">Paths that are served, without a query (LMQ-NET-2).</param>
/// <param name="AllowedOrigins">
/// Origins of web pages that may connect; empty: all. A client that is no browser sends none and may.
/// </param>
public sealed record UpgradeRules(IReadOnlyList<string> Paths, IReadOnlyList<string> AllowedOrigins)
{
    /// <summary>The contract's paths, any origin.</summary>
    public static UpgradeRules Default { get; } = new(["/mqtt", "/"], []);
}
