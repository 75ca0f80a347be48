using System.Collections.ObjectModel;

namespace LightMq.Broker.Settings;

/// <summary>How fast a backlog is pushed (LMQ-OFF-1).</summary>
/// <param name="BatchMessages">Messages of a batch.</param>
/// <param name="BatchMilliseconds">Between two batches.</param>
/// <param name="FirstMilliseconds">From CONNACK to the first.</param>
public sealed record OfflinePace(
    int BatchMessages = 30, int BatchMilliseconds = 1_000, int FirstMilliseconds = 3_000);

/// <summary>What the LMQ contract says of messages that wait for clients (LMQ-MSG-4, LMQ-OFF-1).</summary>
public sealed record OfflineOptions
{
    /// <summary>How fast a backlog is pushed to a client that does not pull.</summary>
    public OfflinePace Pace { get; init; } = new();
    /// <summary>The same for clients of single groups, by group id.</summary>
    public IReadOnlyDictionary<string, OfflinePace> Groups { get; init; } =
        ReadOnlyDictionary<string, OfflinePace>.Empty;
    /// <summary>Days that messages wait for a client before they are removed.</summary>
    public int RetentionDays { get; init; } = 3;
}
