using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using LightMq.Broker;
using LightMq.Broker.Settings;
using LightMq.Net;
using LightMq.Net.Door;
using LightMq.Net.Tls;
using LightMq.Net.WebSocket;
using LightMq.Store;

namespace LightMq.Unit.Net;

/// <summary>The loop on a real socket with an engine and a store in memory.</summary>
internal sealed class RunningLoop : IDisposable
{
    private readonly Mailbox _mail = new();
    private readonly Thread _thread;
    private readonly BlockingCollection<BrokerEventKind> _events = [];

    public RunningLoop(IPAddress address, BrokerOptions? options = null, TimeProvider? time = null,
        ListenerTransport transport = ListenerTransport.Tcp, UpgradeRules? upgrade = null,
        DoorLimits? door = null, TlsServer? tls = null, ListenerOptions? listenerOptions = null)
    {
        var listener = Listener.Bind(
            new IPEndPoint(address, 0),
            listenerOptions ?? new ListenerOptions { Dialect = Dialect.Plain, Anonymous = true },
            transport, upgrade, tls);
        EndPoint = listener.EndPoint;
        var store = new MemoryStore(new StoreCallbacks
        {
            Stored = _mail.Stored,
            Loaded = _mail.Loaded,
            DiskFull = _mail.DiskFull,
            Failed = static _ => { },
            Recovered = static _ => { },
        }, TimeProvider.System);
        using var isReady = new ManualResetEventSlim();
        var engine = new Engine(options ?? new BrokerOptions());
        Loop = new Loop(engine, time ?? TimeProvider.System, [listener], _mail,
            new LoopWorkers(store.Submit, store.Load, static (_, _, _) => { }),
            new LoopEvents(_ => isReady.Set(), static (_, _) => { }, Note,
                (_, refusal, detail) => TurnedAway.Enqueue((refusal, detail))), door);
        _thread = new Thread(() => Loop.Run(new byte[16]));
        _thread.Start();
        isReady.Wait();
    }

    public Loop Loop { get; }

    /// <summary>Peers that did not come as far as MQTT.</summary>
    public ConcurrentQueue<(Refusal Refusal, string Detail)> TurnedAway { get; } = [];

    public IPEndPoint EndPoint { get; }

    /// <summary>A connected socket that fails rather than waits for ever.</summary>
    public Socket Open()
    {
        var socket = new Socket(EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
        {
            ReceiveTimeout = 10_000, SendTimeout = 10_000,
        };
        socket.Connect(EndPoint);
        return socket;
    }

    public void Nudge() => _mail.Nudge();

    /// <summary>Whether the engine reports this within the time.</summary>
    public bool Sees(BrokerEventKind kind, int milliseconds)
    {
        var until = Environment.TickCount64 + milliseconds;
        while (_events.TryTake(out var seen, (int)Math.Max(0, until - Environment.TickCount64)))
            if (seen == kind) return true;
        return false;
    }

    /// <summary>Stops it and waits for its end.</summary>
    public void Stop()
    {
        _mail.Stop();
        _thread.Join();
    }

    public void Dispose()
    {
        if (_thread.IsAlive) Stop();
        Loop.Dispose();
    }

    private void Note(BrokerEvent happened) => _events.Add(happened.Kind);
}
