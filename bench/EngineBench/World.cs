using System.Text;
using LightMq.Broker;
using LightMq.Broker.Connections;
using LightMq.Broker.Durability;
using LightMq.Broker.Settings;
using LightMq.Lmq;
using LightMq.Mqtt;

namespace LightMq.EngineBench;

/// <summary>
/// An engine with its clients. Everything the clients send is made beforehand or into a buffer that is used
/// again, so that what is allocated while it runs is the engine's.
/// </summary>
internal sealed class World : IEffects
{
    private readonly Traffic _traffic;
    private readonly Engine _engine;
    private readonly Connection[] _publishers;
    private readonly Connection[] _subscribers;
    private readonly byte[][] _writes;
    private readonly List<Connection> _dirty = new(128);
    private readonly byte[] _receipts = new byte[1 << 16];
    private const string Group = "GID_BENCH", Secret = "secret";
    private static readonly TokenVerdict Token = new(TokenFault.None, "", new TokenGrant
    {
        Id = "token", AccessKey = "key", Actions = TokenActions.ReadWrite,
        Filters = (byte[][])["other/#"u8.ToArray(), "load/+"u8.ToArray(), "load/#"u8.ToArray()],
        IssuedMilliseconds = 0, ExpiresMilliseconds = 4_000_000_000_000,
    });
    private Connection? _token;
    private long _milliseconds;
    private long _stored = -1;
    private long _delivered;
    private long _acknowledged;

    public World(Traffic traffic)
    {
        _traffic = traffic;
        var listener = new ListenerOptions
        {
            Dialect = traffic.Login == Login.Plain ? Dialect.Plain : Dialect.Lmq,
            Anonymous = traffic.Login == Login.Plain,
        };
        var registry = new LmqRegistry(
            [new AccessKey("key", Secret)], [new LmqGroup(Group, [new TopicGrant("load", true, true)])],
            ["load"]);
        _engine = new Engine(new BrokerOptions { Lmq = registry, Tokens = true });
        _engine.Start(new byte[16], Time, this);
        Settle();
        _subscribers =
            [.. Enumerable.Range(0, traffic.Subscribers).Select(i => new Connection(listener, "s" + i))];
        _publishers =
            [.. Enumerable.Range(0, traffic.Publishers).Select(i => new Connection(listener, "p" + i))];
        foreach (var subscriber in _subscribers)
        {
            Connect(subscriber, traffic.CleanSession);
            var packet = new byte[64];
            Receive(subscriber, packet.AsSpan(0, PacketWriter.Subscribe(packet, 1, "load/#"u8, traffic.Qos)));
            Wait();
        }
        foreach (var publisher in _publishers) Connect(publisher, cleanSession: true);
        _writes = [.. Enumerable.Range(0, traffic.Publishers).Select(i => Write(i, traffic.Qos))];
        _delivered = _acknowledged = 0;
    }

    private Now Time => new(_milliseconds, 1_700_000_000_000 + _milliseconds);

    /// <summary>Runs until that many messages were delivered.</summary>
    public (double NanosecondsPerMessage, double BytesPerMessage) Run(int messages)
    {
        var from = ThreadClock.Now;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var start = _delivered;
        while (_delivered - start < messages)
        {
            for (var i = 0; i < _publishers.Length; i++) Receive(_publishers[i], _writes[i]);
            _milliseconds++;
            if (_engine.Deadline <= _milliseconds)
            {
                _engine.Handle(Input.Tick(), Time, this);
                Settle();
            }
        }
        var done = (double)(_delivered - start);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        var nanoseconds = ThreadClock.Now - from;
        if (_traffic.Qos == 1 && _acknowledged * _traffic.Subscribers != _delivered)
            throw new InvalidOperationException(
                $"{_delivered} delivered, {_acknowledged} acknowledged");
        return (nanoseconds / done, allocated / done);
    }

    void IEffects.Send(Connection connection) => _dirty.Add(connection);
    void IEffects.Store(StoreGroup group) => _stored = group.Number;
    void IEffects.SetReading(Connection connection, bool on) { }
    void IEffects.Report(in BrokerEvent happened) { }
    void IEffects.Close(Connection connection, CloseReason reason) =>
        throw new InvalidOperationException($"{connection.RemoteAddress} closed: {reason}");
    void IEffects.Load(int slot) => throw new InvalidOperationException("nothing leaves memory here");
    void IEffects.CheckPassword(Connection connection, PasswordHash hash, byte[] password) =>
        throw new InvalidOperationException("nobody logs in here");
    void IEffects.CheckToken(Connection connection, byte[] token) => _token = connection;
    void IEffects.RegistryStored(RegistryChange change) { }

    private static byte[] Write(int publisher, int qos)
    {
        var topic = Encoding.ASCII.GetBytes("load/" + publisher);
        var payload = new byte[Traffic.PayloadBytes];
        var write = new byte[PacketWriter.PublishSize(topic.Length, payload.Length, qos) * Traffic.Window];
        var length = 0;
        for (ushort id = 1; id <= Traffic.Window; id++)
            length += PacketWriter.Publish(write.AsSpan(length), topic, payload, qos, false, false, id);
        return write[..length];
    }

    private void Connect(Connection connection, bool cleanSession)
    {
        _engine.Handle(Input.Connected(connection), Time, this);
        var fields = new ConnectFields
        {
            ClientId = Encoding.ASCII.GetBytes(
                (_traffic.Login == Login.Plain ? "" : Group + "@@@") + connection.RemoteAddress),
            CleanSession = cleanSession,
        };
        if (_traffic.Login == Login.Signature)
            fields = fields with
            {
                UserName = "key"u8,
                Password = Encoding.ASCII.GetBytes(Signature.Login(Secret, Group)),
            };
        var packet = new byte[256];
        Receive(connection, packet.AsSpan(0, PacketWriter.Connect(packet, fields)));
        if (_traffic.Login == Login.Tokens)
            Receive(connection, packet.AsSpan(0, PacketWriter.Publish(packet, ControlTopics.UploadToken,
                TokenUpload.Body("token"u8, TokenActions.ReadWrite), 1, false, false, 1)));
        Wait();
    }

    /// <summary>
    /// Lets pass what a group gathers for: a new session's CONNACK and SUBACK wait for the disk.
    /// </summary>
    private void Wait()
    {
        _milliseconds += 1_000;
        _engine.Handle(Input.Tick(), Time, this);
        Settle();
    }

    private void Receive(Connection connection, ReadOnlySpan<byte> bytes)
    {
        _engine.Handle(Input.Received(connection, bytes), Time, this);
        Settle();
    }

    /// <summary>
    /// The store answers, outboxes are taken, receivers acknowledge, until nothing more happens.
    /// </summary>
    private void Settle()
    {
        while (_dirty.Count > 0 || _stored >= 0 || _token is not null)
        {
            if (_token is { } uploader)
            {
                _token = null;
                _engine.Handle(Input.TokenChecked(uploader, Token), Time, this);
            }
            if (_stored >= 0)
            {
                var number = _stored;
                _stored = -1;
                _engine.Handle(Input.Stored(number), Time, this);
            }
            if (_dirty.Count == 0) continue;
            var connection = _dirty[^1];
            _dirty.RemoveAt(_dirty.Count - 1);
            Take(connection);
        }
    }

    private void Take(Connection connection)
    {
        var length = 0;
        while (FrameReader.TryRead(connection.Outbox.Unsent, 1 << 20, out var frame))
        {
            if (frame.Type == PacketType.PubAck) _acknowledged++;
            if (frame.Type == PacketType.Publish)
            {
                _delivered++;
                if (_traffic.Qos == 1)
                    length += PacketWriter.Ack(
                        _receipts.AsSpan(length), PacketType.PubAck, PublishPacket.Read(frame).PacketId);
            }
            connection.Outbox.Sent(frame.Length);
        }
        if (length > 0) _engine.Handle(Input.Received(connection, _receipts.AsSpan(0, length)), Time, this);
        if (connection is { WantsDrained: true, Outbox.IsEmpty: true })
            _engine.Handle(Input.Drained(connection), Time, this);
    }
}
