using LightMq.Broker.Settings;

namespace LightMq.Broker.Connections;

/// <summary>One peer as the engine sees it. Made by the host, which keeps the socket beside it.</summary>
public sealed class Connection(ListenerOptions listener, string remoteAddress, object? host = null)
{
    /// <summary>The listener it came in by.</summary>
    public ListenerOptions Listener { get; } = listener;

    /// <summary>Peer's address, for logs.</summary>
    public string RemoteAddress { get; } = remoteAddress;

    /// <summary>The host's own object for this connection.</summary>
    public object? Host { get; } = host;

    /// <summary>What waits to be written.</summary>
    public Outbox Outbox { get; } = new();

    /// <summary>Whether <see cref="Input.Drained"/> is wanted once the outbox is empty.</summary>
    public bool WantsDrained { get; internal set; }

    /// <summary>Whether the engine has let go of it.</summary>
    public bool IsClosed { get; internal set; }
}
