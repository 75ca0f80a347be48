namespace LightMq.Broker.Settings;

/// <summary>
/// Under which LMQ names stock sensors go up to a bridge: clients whose id is no LMQ id (LMQ-AUTH-5).
/// </summary>
/// <param name="Group">Group of their ids at the other end; no group of the registry here.</param>
/// <param name="Topics">What becomes of their topics; one that no rule names goes up as it is.</param>
public sealed record SensorOptions(string Group, IReadOnlyList<SensorTopic> Topics);

/// <summary>One rule for sensors' topics.</summary>
/// <param name="Filter">Topics that it is for.</param>
/// <param name="Topic">
/// The topic that they go up as: the first <c>+</c> in it stands for what the filter's first <c>+</c>
/// matched, and so on; a <c>#</c> at its end for what the filter's matched.
/// </param>
public sealed record SensorTopic(string Filter, string Topic);
