namespace LightMq.Simulator.Oracle;

/// <summary>
/// An acknowledged session is there at the next CONNECT, and an acknowledged end of a session lasts
/// (MQTT-3.2.2-1..3). Acknowledged subscriptions are <see cref="AtLeastOnce"/>'s and
/// <see cref="NothingInvented"/>'s.
/// </summary>
public sealed class SessionSurvival
{
    private readonly Dictionary<string, bool?> _stored = [];

    /// <summary>A bridge session exists before anybody connects (LMQ-CORE-4).</summary>
    public void Exists(string clientId) => _stored[clientId] = true;

    /// <summary>
    /// Until the answer comes, the session's fate is not known where the request changes it.
    /// </summary>
    public void ConnectSent(string clientId, bool clean)
    {
        if (_stored.GetValueOrDefault(clientId, false) == clean) _stored[clientId] = null;
    }

    public void ConnectAccepted(string clientId, bool clean, bool present, bool? before)
    {
        if (clean && present)
            throw new Violation(nameof(SessionSurvival), $"{clientId}: session present on a clean one");
        if (!clean && before is { } was && was != present)
            throw new Violation(nameof(SessionSurvival),
                $"{clientId}: session {(was ? "lost" : "came back")} although it was acknowledged");
        _stored[clientId] = !clean;
    }

    /// <summary>A CONNECT was refused: it has changed nothing.</summary>
    public void Refused(string clientId, bool? before) => _stored[clientId] = before;

    /// <summary>
    /// CONNACK to a client that has no token yet: it says what is there, and changes nothing.
    /// </summary>
    public void Promised(string clientId, bool clean, bool present)
    {
        if (clean && present)
            throw new Violation(nameof(SessionSurvival), $"{clientId}: session present on a clean one");
        if (!clean && Stored(clientId) is { } was && was != present)
            throw new Violation(nameof(SessionSurvival),
                $"{clientId}: session {(was ? "lost" : "came")} without a token");
    }

    public bool? Stored(string clientId) => _stored.GetValueOrDefault(clientId, false);
}
