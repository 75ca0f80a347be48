using LightMq.Process.Chain;

namespace LightMq.Demo;

/// <summary>Breaks what it is told to, and starts killed processes again, as systemd would.</summary>
internal sealed class Breaker(ChainSite site)
{
    /// <summary>Whether to end.</summary>
    public bool IsOver { get; set; }

    /// <summary>The link, and who is down.</summary>
    public string State => $"link {(site.Link.IsDown ? "CUT" : "up "),-3}"
        + (site.Edge.Process.HasExited ? " edge down" : "")
        + (site.Uplink.Process.HasExited ? " uplink down" : "")
        + (site.Central.Process.HasExited ? " central down" : "");

    /// <summary>Carries out a command; false: it is none.</summary>
    public bool Do(string command)
    {
        switch (command)
        {
            case "cut":
                site.Link.IsDown = true;
                site.Link.Cut();
                return true;
            case "join":
                site.Link.IsDown = false;
                return true;
            case "kill edge": site.Edge.Process.Kill(); return true;
            case "kill uplink": site.Uplink.Process.Kill(); return true;
            case "kill central": site.Central.Process.Kill(); return true;
            case "quit": return IsOver = true;
            default: return false;
        }
    }

    /// <summary>Starts again what was killed, by whomever.</summary>
    public void Restart()
    {
        if (site.Edge.Process.HasExited) site.Edge.Start();
        if (site.Uplink.Process.HasExited) site.Uplink.Start();
        if (site.Central.Process.HasExited) site.RestartCentral();
    }
}
