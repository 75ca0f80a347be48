namespace LightMq.Uplink.Bridging;

/// <summary>
/// Which message makes the target close the connection? It is among those under way, and no reason code tells
/// which. So the window is halved with each close, until one is under way alone.
/// </summary>
internal sealed class CulpritSearch
{
    /// <summary>
    /// Closes without a reason at the same message, alone under way, that make it the culprit.
    /// </summary>
    public const int ClosesMax = 5;

    private int _suspicious;
    private int _window;
    private int _closes;

    /// <summary>Whether one is searched for.</summary>
    public bool IsOn => _suspicious > 0;

    /// <summary>Messages that may be under way.</summary>
    public int Window => IsOn ? _window : int.MaxValue;

    /// <summary>A message was taken. Once all suspicious ones were, the window is whole again.</summary>
    public void Taken()
    {
        _closes = 0;
        if (_suspicious > 0) _suspicious--;
    }

    /// <summary>The source gives other messages now.</summary>
    public void Forget() => (_suspicious, _closes) = (0, 0);

    /// <summary>The connection was closed with a reason code that accuses a message.</summary>
    /// <param name="inFlight">Messages that were under way, at least 1.</param>
    /// <param name="isAlone">Whether no QoS 0 went beside them.</param>
    /// <returns>Whether the oldest is the culprit.</returns>
    public bool Refused(int inFlight, bool isAlone)
    {
        if (inFlight == 1 && isAlone)
        {
            Forget();
            return true;
        }
        Halve(inFlight);
        return false;
    }

    /// <summary>A peer of MQTT 3.1.1, which has no reason codes, closed the connection.</summary>
    /// <param name="inFlight">Messages that were under way.</param>
    /// <param name="hasTaken">Whether it had taken any on this connection.</param>
    /// <returns>Whether the oldest is the culprit.</returns>
    public bool ClosedByPeer(int inFlight, bool hasTaken)
    {
        if (hasTaken || inFlight == 0) return false;
        var wasAlone = inFlight == 1;
        Halve(inFlight);
        if (!wasAlone || ++_closes < ClosesMax) return false;
        Forget();
        return true;
    }

    private void Halve(int inFlight) => (_window, _suspicious) = (Math.Max(1, inFlight / 2), inFlight);
}
