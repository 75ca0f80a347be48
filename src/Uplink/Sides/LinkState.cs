namespace LightMq.Uplink.Sides;

/// <summary>How it stands with the link to the central.</summary>
internal enum LinkState
{
    /// <summary>There is none; the next try is under way or waits.</summary>
    Connecting,
    /// <summary>The central acknowledged a message or a probe within the keep-alive.</summary>
    Healthy,
    /// <summary>It is there, but nothing was acknowledged for longer than the keep-alive.</summary>
    Stalled,
    /// <summary>The central refuses the login or a filter.</summary>
    Refused,
    /// <summary>Another installation of this gateway has its place.</summary>
    Superseded,
    /// <summary>There is no token.</summary>
    WaitingForToken,
    /// <summary>A refused message cannot be kept; everything waits.</summary>
    WaitingForStore,
}

/// <summary>Names of the states as they are shown.</summary>
internal static class LinkStateText
{
    public static string Text(this LinkState state) => state switch
    {
        LinkState.Healthy => "healthy",
        LinkState.Stalled => "stalled",
        LinkState.Refused => "refused",
        LinkState.Superseded => "superseded",
        LinkState.WaitingForToken => "waiting-for-token",
        LinkState.WaitingForStore => "waiting-for-store",
        _ => "connecting",
    };
}
