using System.Collections.Concurrent;
using System.Net;
using LightMq.Broker;
using LightMq.Broker.Durability;
using LightMq.Net;
using LightMq.Net.Tls;
using LightMq.Unit.Net;

namespace LightMq.Tests.Stages;

/// <summary>Our broker on its real loop and socket, with a store in memory that answers at once.</summary>
internal sealed class LoopBroker : IDisposable
{
    private static readonly Lazy<TlsServer> Tls = new(static () => new TlsServer(
        new TlsMaterial([TlsPairs.Pair(TlsPairs.Make("localhost"))])));

    private readonly ConcurrentDictionary<(StoreCollection, int), byte[]> _store = [];
    private readonly Mailbox _mail = new();
    private readonly Loop _loop;
    private readonly Thread _thread;

    public LoopBroker(Transcript transcript, ListenerTransport transport = ListenerTransport.Tcp)
    {
        var listener = Listener.Bind(
            new IPEndPoint(IPAddress.Loopback, 0), Given.Listener(transcript), transport,
            tls: transport is ListenerTransport.Tls or ListenerTransport.SecureWebSocket ? Tls.Value : null);
        EndPoint = listener.EndPoint;
        using var isReady = new ManualResetEventSlim();
        _loop = new Loop(
            new Engine(Given.Options(transcript)), TimeProvider.System, [listener], _mail,
            new LoopWorkers(Store, Load, (connection, hash, password) =>
                _mail.PasswordChecked(connection, Given.Matches(hash, password)))
            {
                CheckToken = (connection, token) =>
                    _mail.TokenChecked(connection, GivenTokens.Verify(token)),
            },
            new LoopEvents(_ => isReady.Set(), (_, _) => { }, _ => { }, (_, _, _) => { }));
        _mail.Revoked(GivenTokens.Revoked);
        _thread = new Thread(() => _loop.Run(new byte[16])) { Name = "loop" };
        _thread.Start();
        isReady.Wait();
    }

    public IPEndPoint EndPoint { get; }

    public void Dispose()
    {
        _mail.Stop();
        _thread.Join();
        _loop.Dispose();
    }

    private void Store(StoreGroup group)
    {
        foreach (var change in group.Changes)
        {
            var key = (change.Collection, change.Key);
            if (change.IsDelete) _store.TryRemove(key, out _);
            else _store[key] = group.ValueOf(change).ToArray();
        }
        _mail.Stored(group.Number);
    }

    private void Load(int slot) =>
        _mail.Loaded(slot, _store.GetValueOrDefault((StoreCollection.Slots, slot)) ?? []);
}
