using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

namespace LightMq.Service;

/// <summary>
/// The datagram socket to systemd (sd_notify(3)), opened once: a socket per message needs a descriptor, and a
/// flood that takes the last one must not stop the watchdog's messages.
/// </summary>
public sealed class NotifySocket : ISystemdNotifier, IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly UnixDomainSocketEndPoint _to;
    private readonly ILogger _log;
    private bool _isFailing;

    private NotifySocket(string path, ILogger log)
    {
        // systemd writes an abstract address with @ for the leading zero.
        _to = new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path);
        _log = log;
    }

    /// <inheritdoc/>
    public bool IsEnabled => true;

    /// <summary>Null where systemd did not start us.</summary>
    public static NotifySocket? Open(string? path, ILogger log) =>
        string.IsNullOrEmpty(path) ? null : new NotifySocket(path, log);

    /// <summary>A message that cannot be sent is logged once; the next one is tried again.</summary>
    public void Notify(ServiceState state)
    {
        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(state.ToString()), _to);
            _isFailing = false;
        }
        catch (Exception wrong) when (wrong is SocketException or ObjectDisposedException)
        {
            if (!_isFailing) Log.SystemdUnreachable(_log, wrong.Message);
            _isFailing = true;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
