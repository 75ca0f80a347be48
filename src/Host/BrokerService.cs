using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using LightMq.Broker;
using LightMq.Host.Admin;
using LightMq.Host.Alarms;
using LightMq.Host.Certificates;
using LightMq.Host.Configuration;
using LightMq.Host.Passwords;
using LightMq.Host.Secrets;
using LightMq.Host.Tokens;
using LightMq.Net;
using LightMq.Net.Linux;
using LightMq.Service;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

namespace LightMq.Host;

/// <summary>
/// Start and stop of the broker. Start: take the addresses, open the store, show the engine what is stored,
/// then the loop, which lets peers in once the epoch is durable. Stop is the reverse: no new peers, the
/// engine commits and lets go, last words, last sync.
/// </summary>
/// <param name="settings">How it is configured.</param>
/// <param name="program">Whose broker this is, and what it has beside.</param>
/// <param name="time">The clock.</param>
/// <param name="log">The log.</param>
/// <param name="systemd">Null where systemd did not start us.</param>
public sealed class BrokerService(
    BrokerSettings settings, BrokerProgram program, TimeProvider time, ILogger log, NotifySocket? systemd)
    : IHostedService, IDisposable
{
    private const int LoopStackBytes = 8 << 20;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1), CertificateInterval = 2 * Second;
    // Store, log, bridges, and a few for the runtime.
    private const int OtherDescriptors = 64;
    private const int ExtendMilliseconds = 5_000;

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Listener> _listeners = [];
    private readonly List<(Listener Listener, ListenerCertificates Certificates)> _certificates = [];
    private readonly Mailbox _mail = new();
    private readonly long _startedAt = time.GetTimestamp();
    private OpenStore? _store;
    private Engine? _engine;
    private readonly QuietMemory _memory = new();
    private ITimer? _certificateTimer, _memoryTimer;
    private PasswordChecker? _passwords;
    private TokenLogins? _logins;
    private AdminServer? _admin;
    private readonly AlarmWebhook _webhook = new(settings.Alarms, time, log);
    private Loop? _loop;
    private readonly LineLimit _acceptLines = new(time);
    private readonly EventLines _events = new(log, time);
    private long _extendedAt = time.GetTimestamp();

    /// <summary>Whether everything was committed before the end.</summary>
    public bool StoppedCleanly { get; private set; }

    /// <summary>What the watchdog looks at.</summary>
    public IReadOnlyList<IWatchedPart> Watched =>
    [
        new TurningPart("the loop", () => _loop?.Turns ?? 0, _mail.Nudge, time),
        new MovingPart("the disk thread", () => _store?.Groups.LastProgress ?? 0, time),
    ];

    /// <summary>How it stands, in a line; the figures are those of some moment just now.</summary>
    public string Status => _engine is { } engine && _store is { } store
        ? StatusText.Of(engine.ConnectionCount, engine.Counters.QueuedMessages, store.Disk is null,
            store.Trouble())
        : "starting";

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancel)
    {
        StartLoop();
        await _ready.Task.WaitAsync(cancel);
        _admin?.Start();
        TellReady();
        var counters = _engine!.Counters;
        _memoryTimer = time.CreateTimer(
            _ => _memory.Tick(counters.Received.Sum() + counters.Sent.Sum()), null, Second, Second);
    }

    private void StartLoop()
    {
        foreach (var listener in settings.Listeners) _listeners.Add(Bind(listener));
        Span<byte> chance = stackalloc byte[24];
        Chance.Fill(chance);
        var directory = settings.Store.Kind == StoreKind.Memory ? null : settings.Store.Directory;
        // Before the lock of the store is held it is only read.
        var box = SecretBox.Open(directory);
        var clock = new ClockTrust(settings.Clock, log);
        var options = settings.Broker with { EarliestUnixMilliseconds = ReleasedAt() };
        var engine = new Engine(
            options, BinaryPrimitives.ReadUInt64LittleEndian(chance[16..]), box.Unseal);
        _engine = engine;
        _store = OpenStore.Open(settings.Store, engine, time, log, _mail, ExtendStart);
        box.Prepare();
        OpenCertificates();
        _logins = new TokenLogins(settings.Tokens, directory, _mail, clock, time, log);
        if (settings.Admin.IsOn)
            _admin = new AdminServer(
                settings.Admin, new AdminApi(new RegistryDesk(engine, _mail, box)), time, log);
        _passwords = new PasswordChecker(_mail.PasswordChecked);
        var workers = new LoopWorkers(_store.Groups.Submit, _store.Groups.Load, _passwords.Submit)
        {
            CheckToken = _logins.Check,
        };
        workers = program.Extend(new BrokerParts(engine, _mail, clock, _store.Disk), workers);
        var events = new LoopEvents(
            _ => _ready.SetResult(), TellAcceptFailed, TellHappened, _events.TurnedAway)
        {
            RegistryStored = RegistryDesk.Stored,
            Answered = program.Answered,
        };
        _loop = new Loop(engine, time, _listeners, _mail, workers, events, settings.Door, clock.Look);
        if (_loop.DescriptorsMax - OtherDescriptors < settings.Broker.ConnectionsMax)
            Log.FewDescriptors(log, settings.Broker.ConnectionsMax, _loop.DescriptorsMax);
        var epoch = chance[..16].ToArray();
        // Not a background thread: what it throws is our own mistake and must end the process.
        new Thread(() => Run(epoch), LoopStackBytes) { Name = "loop" }.Start();
    }

    /// <summary>It is not earlier than the date of the executable.</summary>
    private static long ReleasedAt() => Environment.ProcessPath is { } path
        ? new DateTimeOffset(File.GetLastWriteTimeUtc(path)).ToUnixTimeMilliseconds() : 0;

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancel)
    {
        if (_loop is null)
        {
            StoppedCleanly = true;
            return;
        }
        Log.Stopping(log);
        _memoryTimer?.Dispose();
        _admin?.Dispose();
        _mail.Stop();
        await _ended.Task;
        program.Ended();
        _store!.Groups.Dispose();
        StoppedCleanly = _loop.StoppedCleanly;
        // Its thread may hang in the disk; then the end of the process gives the lock free.
        if (StoppedCleanly) _store.Disk?.Dispose();
        if (StoppedCleanly) Log.Stopped(log);
        else Log.StoppedUnclean(log, _store.Trouble() ?? "the disk did not answer in time");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _certificateTimer?.Dispose();
        _memoryTimer?.Dispose();
        _admin?.Dispose();
        _passwords?.Dispose();
        _logins?.Dispose();
        _webhook.Dispose();
        _loop?.Dispose();
        _mail.Dispose();
    }

    private void Run(byte[] epoch)
    {
        try
        {
            _loop!.Run(epoch);
        }
        catch (LoopError wrong) when (!_ready.Task.IsCompleted)
        {
            _ready.SetException(Explain(wrong));
        }
        _ended.SetResult();
    }

    private void TellReady()
    {
        foreach (var listener in _listeners) Console.Out.WriteLine(ReadyLine(listener));
        foreach (var (listener, certificates) in _certificates)
        {
            var scheme = ListenerReader.SchemeOf(listener.Transport);
            Console.Out.WriteLine($"sha256 {scheme} {listener.EndPoint} {certificates.Fingerprint}");
            Log.CertificateShown(log, listener.Options.Name, certificates.Fingerprint);
        }
        Console.Out.Flush();
        Log.Started(log, program.Name, program.Version, _store!.Recovered,
            (long)time.GetElapsedTime(_startedAt).TotalMilliseconds);
    }

    private string ReadyLine(Listener listener)
    {
        var line = $"ready {ListenerReader.SchemeOf(listener.Transport)} {listener.EndPoint}";
        var wanted = settings.Listeners[_listeners.IndexOf(listener)].EndPoint.Port;
        return wanted == 0 || wanted == listener.EndPoint.Port ? line
            : $"{line} instead of port {wanted}, which is not permitted";
    }

    private void TellAcceptFailed(Listener listener, int errno)
    {
        if (!_acceptLines.IsDue(out _)) return;
        var address = listener.EndPoint.ToString();
        if (errno is Errno.FilesExhausted or Errno.SystemFilesExhausted) Log.OutOfDescriptors(log, address);
        else Log.AcceptFailed(log, address, Marshal.GetPInvokeErrorMessage(errno));
    }

    private void TellHappened(BrokerEvent happened)
    {
        _events.Write(happened);
        if (happened.Use is { } use) _webhook.Tell(use);
    }

    /// <summary>Salvaging a large store may take longer than systemd waits for a start.</summary>
    private void ExtendStart()
    {
        if (systemd is null) return;
        if (time.GetElapsedTime(_extendedAt).TotalMilliseconds < ExtendMilliseconds) return;
        _extendedAt = time.GetTimestamp();
        systemd.Notify(new ServiceState("EXTEND_TIMEOUT_USEC=120000000"));
    }

    /// <summary>After the store was opened: its lock is held, and its directory is there.</summary>
    private void OpenCertificates()
    {
        for (var i = 0; i < _listeners.Count; i++)
        {
            if (settings.Listeners[i].Tls is not { } tls) continue;
            var listener = _listeners[i];
            var certificates = ListenerCertificates.Open(
                listener.Options.Name, tls, settings.Store.Directory, time, log);
            listener.Tls = certificates.Server;
            _certificates.Add((listener, certificates));
        }
        if (_certificates.Count > 0)
            _certificateTimer = time.CreateTimer(
                _ => RefreshCertificates(), null, CertificateInterval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The next look is asked for after this one, so that two never meet.</summary>
    private void RefreshCertificates()
    {
        foreach (var (_, certificates) in _certificates) certificates.Refresh();
        _certificateTimer!.Change(CertificateInterval, Timeout.InfiniteTimeSpan);
    }

    private Listener Bind(ListenerSettings wanted)
    {
        try
        {
            return Bind(wanted, wanted.EndPoint);
        }
        // A browser's ports, which a service without privileges does not get (LMQ-NET-2).
        catch (LoopError wrong) when (wrong.Number == Errno.Access && wanted.FallBackPort > 0)
        {
            Log.FellBack(log, wanted.EndPoint.ToString(), wanted.FallBackPort);
            return Bind(wanted with { EndPoint = new(wanted.EndPoint.Address, wanted.FallBackPort) });
        }
        catch (LoopError wrong)
        {
            throw Explain(wrong);
        }
    }

    private static Listener Bind(ListenerSettings wanted, IPEndPoint endPoint) =>
        Listener.Bind(endPoint, wanted.Options, wanted.Transport, wanted.Upgrade);

    private static StartFailure Explain(LoopError wrong) => Explain(wrong, wrong.About ?? "an address");

    private static StartFailure Explain(LoopError wrong, string address) => wrong.Number switch
    {
        Errno.AddressInUse => new(ExitCode.AddressUnavailable,
            $"{address} is in use by another program: stop that one, or choose another port with --listen"),
        Errno.Access => new(ExitCode.NoPermission,
            $"no permission to listen on {address}: take a port above 1023, or grant CAP_NET_BIND_SERVICE"),
        Errno.AddressNotAvailable => new(ExitCode.AddressUnavailable,
            $"this machine does not have the address {address}: check the network, or choose another with "
            + "--listen"),
        Errno.FamilyNotSupported => new(ExitCode.AddressUnavailable,
            $"this machine has no IPv6, which {address} needs: choose an IPv4 address with --listen"),
        _ => new(ExitCode.AddressUnavailable, $"cannot listen on {address}: {wrong.Message}"),
    };
}
