using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using LightMq.Host.Configuration;
using LightMq.Service;
using LightMq.Service.Configuration;
using Microsoft.Extensions.Logging;

namespace LightMq.Host.Admin;

/// <summary>
/// Serves the admin API on a Unix socket, whose mode says who may use it, and on a port of 127.0.0.1 for
/// those who bear the text of a file. HTTP of our own making (ADR 0021): one request per connection, a thread
/// each.
/// </summary>
internal sealed class AdminServer : IDisposable
{
    private const int ConnectionsMax = 16, Backlog = 16, SilenceMilliseconds = 5_000, BearerBytesMin = 16;
    private const int ThreadStackBytes = 256 * 1024, LingerReads = 64, RetryMilliseconds = 100;
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Group = Owner | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private readonly AdminSettings _settings;
    private readonly AdminApi _api;
    private readonly ILogger _log;
    private readonly byte[] _bearer = [];
    private readonly List<Socket> _listeners = [];
    private readonly List<Thread> _threads = [];
    private readonly ManualResetEventSlim _end = new();
    private readonly SemaphoreSlim _places = new(ConnectionsMax);
    private readonly LineLimit _lines;

    /// <summary>Takes socket and port; <see cref="Start"/> begins to serve.</summary>
    /// <exception cref="StartFailure">Socket, port or file cannot be used.</exception>
    /// <exception cref="ConfigurationError">The bearer file cannot.</exception>
    public AdminServer(AdminSettings settings, AdminApi api, TimeProvider time, ILogger log)
    {
        (_settings, _api, _log, _lines) = (settings, api, log, new LineLimit(time));
        try
        {
            if (settings.Port > 0) _bearer = ReadBearer(settings);
            if (settings.Socket.Length > 0) BindSocket();
            if (settings.Port > 0) BindPort();
        }
        catch (SocketException wrong)
        {
            Dispose();
            throw new StartFailure(
                ExitCode.AddressUnavailable, $"the admin API cannot listen: {wrong.Message}");
        }
    }

    /// <summary>Begins to serve.</summary>
    public void Start()
    {
        foreach (var listener in _listeners)
        {
            var thread = MakeThread(() => Accept(listener));
            _threads.Add(thread);
            thread.Start();
            Log.AdminListens(_log, listener.LocalEndPoint!.ToString()!);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Set();
        foreach (var listener in _listeners) listener.Dispose();
        foreach (var thread in _threads) thread.Join();
        if (_listeners.Exists(static one => one.AddressFamily == AddressFamily.Unix))
            File.Delete(_settings.Socket);
        _listeners.Clear();
    }

    private void BindSocket()
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
        RemoveStale(_settings.Socket);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listeners.Add(socket);
        socket.Bind(new UnixDomainSocketEndPoint(_settings.Socket));
        // Before it listens, so that nobody else slips in.
        File.SetUnixFileMode(_settings.Socket, _settings.IsGroupAllowed ? Group : Owner);
        socket.Listen(Backlog);
    }

    private void BindPort()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listeners.Add(socket);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, _settings.Port));
        socket.Listen(Backlog);
    }

    private void Accept(Socket listener)
    {
        while (true)
        {
            try
            {
                var peer = listener.Accept();
                if (!_places.Wait(0))
                {
                    peer.Dispose();
                    continue;
                }
                var isLocal = listener.AddressFamily == AddressFamily.Unix;
                MakeThread(() => Serve(peer, isLocal)).Start();
            }
            catch (Exception wrong) when (wrong is SocketException or ObjectDisposedException)
            {
                // The end; or a peer that is gone already, or no descriptor is left: then not at once again.
                if (_end.Wait(RetryMilliseconds)) return;
            }
        }
    }

    private static Thread MakeThread(ThreadStart work) =>
        new(work, ThreadStackBytes) { Name = "admin", IsBackground = true };

    private void Serve(Socket peer, bool isLocal)
    {
        try
        {
            peer.ReceiveTimeout = peer.SendTimeout = SilenceMilliseconds;
            using var stream = new NetworkStream(peer, ownsSocket: true);
            if (AnswerTo(stream, isLocal) is not { } answer) return;
            answer.Write(stream);
            // What it still sends is read, or the reset would take the answer with it.
            peer.Shutdown(SocketShutdown.Send);
            var rest = new byte[8_192];
            for (var reads = 0; reads < LingerReads && stream.Read(rest) > 0; reads++) { }
        }
        catch (Exception gone) when (gone is IOException or SocketException)
        {
            // The peer went, or said nothing for too long.
        }
        finally
        {
            _places.Release();
        }
    }

    private HttpAnswer? AnswerTo(Stream stream, bool isLocal)
    {
        try
        {
            if (HttpRequest.Read(stream) is not { } request) return null;
            if (isLocal || Bears(request.Authorization)) return _api.Answer(request);
        }
        catch (AdminError wrong)
        {
            return AdminApi.Refuse(wrong);
        }
        lock (_lines)
            if (_lines.IsDue(out var held)) Log.AdminRefused(_log, $"127.0.0.1:{_settings.Port}", held);
        return AdminApi.Refuse(new AdminError(401, "Authorization: Bearer TEXT is missing or wrong"));
    }

    private bool Bears(string authorization)
    {
        const string Scheme = "Bearer ";
        return authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(
                Encoding.Latin1.GetBytes(authorization[Scheme.Length..]), _bearer);
    }

    /// <summary>A socket that an earlier life left behind; anything else stays.</summary>
    private static void RemoveStale(string path)
    {
        if (!File.Exists(path)) return;
        if (IsOrdinary(path))
            throw new StartFailure(ExitCode.Configuration,
                $"Admin:Socket: '{path}' is a file, not a socket: name another, or remove it");
        using (var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            try
            {
                probe.Connect(new UnixDomainSocketEndPoint(path));
                throw new StartFailure(ExitCode.AddressUnavailable,
                    $"Admin:Socket {path} is in use by another program: stop that one, or name another");
            }
            catch (SocketException)
            {
                // Nobody listens.
            }
        }
        File.Delete(path);
    }

    /// <summary>A socket cannot be opened.</summary>
    private static bool IsOrdinary(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
    }

    private static byte[] ReadBearer(AdminSettings settings)
    {
        try
        {
            var bearer = Encoding.UTF8.GetBytes(File.ReadAllText(settings.BearerFile).Trim());
            PrivateFile.Check(Path.GetFullPath(settings.BearerFile), "it opens the admin API");
            return bearer.Length >= BearerBytesMin ? bearer : throw new ConfigurationError(
                settings.BearerFileKey,
                $"'{settings.BearerFile}' has less than {BearerBytesMin} characters: make a long random "
                    + "text");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationError(
                settings.BearerFileKey, $"'{settings.BearerFile}' cannot be read: {wrong.Message}");
        }
    }
}
