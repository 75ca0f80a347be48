using System.Runtime.InteropServices;
using LightMq.Mqtt;
using LightMq.Simulator.Network;
using LightMq.Simulator.World;

namespace LightMq.Simulator.Chain;

/// <summary>A client's side of one connection: bytes out, packets in, pings, and its end.</summary>
public sealed class Wire(Scheduler scheduler, Conditions conditions, ProtocolVersion version)
{
    public delegate void FrameHandler(in Frame frame);

    private readonly byte[] _reading = new byte[65_536];
    private readonly List<byte> _out = [];
    private byte[] _in = [];
    private LinkEnd? _end;
    private bool _isOver;
    private bool _isAnswered = true;

    /// <summary>A packet came.</summary>
    public required FrameHandler Heard { get; init; }
    /// <summary>The connection is there.</summary>
    public required Action Opened { get; init; }
    /// <summary>It is gone; true: the peer closed it in order.</summary>
    public required Action<bool> Lost { get; init; }
    /// <summary>Half of the time after which a silent peer is given up.</summary>
    public long PingEvery { get; init; } = 10 * Scheduler.Second;
    public int WindowBytes { get; init; } = 65_536;

    public int Unsent => _out.Count;
    public Link? Link => _end?.Link;

    /// <summary>Opens it; <paramref name="accept"/> is the peer's answer to the SYN.</summary>
    public void Open(Func<LinkEnd, bool> accept)
    {
        var link = new Link(scheduler, conditions, WindowBytes, WindowBytes);
        scheduler.After(conditions.Latency(scheduler.Random), () =>
        {
            var isAccepted = !_isOver && accept(link.Broker);
            scheduler.After(conditions.Latency(scheduler.Random), () =>
            {
                if (_isOver) return;
                if (isAccepted) Begin(link.Device);
                else End(inOrder: false);
            });
        });
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        if (_isOver) return;
        _out.AddRange(bytes);
        Flush();
    }

    /// <summary>We close it: what was sent still arrives.</summary>
    public void Close()
    {
        if (_isOver) return;
        _isOver = true;
        _end?.Close();
    }

    /// <summary>The process or its board is gone; the peer may learn of it.</summary>
    public void Die(bool isTold)
    {
        if (_isOver) return;
        _isOver = true;
        if (_end is not { } end) return;
        end.Forget();
        if (isTold) end.Link.ResetLater(end.Link.Broker);
        else end.Link.Vanish();
    }

    /// <summary>Does something later, if the connection lasts so long.</summary>
    public void Later(long microseconds, Action action) => scheduler.After(microseconds, () =>
    {
        if (!_isOver) action();
    });

    private void Begin(LinkEnd end)
    {
        _end = end;
        end.Attach(Notice, Flush);
        Later(PingEvery, Ping);
        if (end.IsReset) End(inOrder: false);
        else Opened();
    }

    private void Ping()
    {
        if (!_isAnswered)
        {
            _end!.Close();
            End(inOrder: false);
            return;
        }
        _isAnswered = false;
        Later(PingEvery, Ping);
        Send([0xC0, 0]);
    }

    private void Notice()
    {
        if (_isOver || _end is not { } end) return;
        if (end.IsReset)
        {
            End(inOrder: false);
            return;
        }
        var count = end.Incoming.Read(_reading);
        if (count > 0) Parse(_reading.AsSpan(0, count));
        if (_isOver) return;
        if (end.IsAtEnd) End(inOrder: true);
        else if (end.Incoming.Available > 0) Notice();
    }

    private void Parse(ReadOnlySpan<byte> bytes)
    {
        _isAnswered = true;
        _in = [.. _in, .. bytes];
        var rest = _in.AsSpan();
        while (!_isOver && FrameReader.TryRead(rest, 1 << 24, version, out var frame))
        {
            rest = rest[frame.Length..];
            Heard(frame);
        }
        _in = rest.ToArray();
    }

    private void Flush()
    {
        if (_isOver || _end is not { } end || _out.Count == 0) return;
        _out.RemoveRange(0, end.Outgoing.Write(CollectionsMarshal.AsSpan(_out)));
    }

    private void End(bool inOrder)
    {
        _isOver = true;
        _end?.Forget();
        Lost(inOrder);
    }
}
