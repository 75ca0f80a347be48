using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using LightMq.Fuzz.Mutation;
using LightMq.Tests.Stages;

namespace LightMq.Fuzz.Live;

/// <summary>What attackers did.</summary>
internal sealed class AttackTally
{
    public int Streams;
    public int Answered;
    public int Accepted;
    public int Refused;
}

/// <summary>
/// One connection after another with a mutated stream, at any door: as MQTT inside what the door speaks, or
/// with that itself broken; in any pieces; read or not; ended in any way, or left open.
/// </summary>
internal sealed class Attacker : IDisposable
{
    private const int PatienceMilliseconds = 2_000;
    private const int GlanceMicroseconds = 10_000;
    private const int LeftOpenMax = 20;

    private readonly IReadOnlyList<Door> _doors;
    private readonly Random _random;
    private readonly Mutator _mutator;
    private readonly byte[] _hello;
    private readonly AttackTally _tally;
    private readonly Queue<IDisposable> _leftOpen = [];
    private readonly byte[] _sink = new byte[65_536];

    public Attacker(IReadOnlyList<Door> doors, int seed, byte[] hello, AttackTally tally)
    {
        (_doors, _hello, _tally) = (doors, hello, tally);
        _random = new Random(seed);
        _mutator = new Mutator(_random);
    }

    /// <summary>Whether the other side, or time, ended a connection: nothing of our own.</summary>
    public static bool IsOfTheNetwork(Exception wrong) =>
        wrong is SocketException or IOException or AuthenticationException or ObjectDisposedException;

    public void Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var door = _doors[_random.Next(_doors.Count)];
            try
            {
                Attack(door);
            }
            catch (Exception refused) when (IsOfTheNetwork(refused))
            {
                Interlocked.Increment(ref _tally.Refused);
            }
            Interlocked.Increment(ref _tally.Streams);
        }
    }

    /// <summary>Closes what was left open.</summary>
    public void Dispose()
    {
        while (_leftOpen.TryDequeue(out var open)) open.Dispose();
    }

    private void Attack(Door door)
    {
        var socket = door.Open(PatienceMilliseconds);
        var isKept = false;
        try
        {
            var pieces = PiecesFor(door, out var isBelow);
            using var network = new NetworkStream(socket);
            using var stream = door.IsTls && !isBelow ? Transports.Tls(network) : network;
            var reads = _random.Next(8) > 0;
            foreach (var piece in pieces)
            {
                stream.Write(piece);
                if (reads && _random.Next(4) == 0) Drain(socket, stream, 0);
            }
            if (reads) See(door, socket, stream);
            isKept = End(socket, stream);
        }
        finally
        {
            if (!isKept) socket.Dispose();
        }
    }

    /// <summary>What is written, piece by piece.</summary>
    /// <param name="door">Where.</param>
    /// <param name="isBelow">Whether it goes to the bare socket, although the door speaks TLS.</param>
    private List<byte[]> PiecesFor(Door door, out bool isBelow)
    {
        isBelow = door.IsTls && _random.Next(6) == 0;
        if (isBelow) return Cut(_random.Next(4) == 0 ? Inside(door) : Hello());
        if (!door.IsWebSocket || _random.Next(20) == 0) return Cut(Inside(door));
        var kind = _random.Next(4);
        var head = kind == 0 ? WebSocketDamage.Head(_random)
            : System.Text.Encoding.ASCII.GetBytes(WebSocketDamage.Request);
        var frames = WebSocketDamage.Frames(_random, Inside(door), isGood: kind != 1);
        return [.. Cut(head), .. frames.SelectMany(Cut)];
    }

    private byte[] Inside(Door door)
    {
        var mutant = _mutator.Next();
        while (!door.IsFor(mutant.From.Access) && _random.Next(16) > 0) mutant = _mutator.Next();
        return mutant.Bytes;
    }

    private byte[] Hello()
    {
        var hello = _hello;
        for (var changes = _random.Next(4); changes > 0; changes--) hello = ByteDamage.Change(_random, hello);
        return hello;
    }

    private List<byte[]> Cut(byte[] bytes)
    {
        var cut = _random.Next(3) > 0 ? Reader.Cut.Whole : Reader.Cut.Random(_random.Next());
        return [.. cut.Of(bytes.Length).Select(piece => bytes[piece])];
    }

    private void See(Door door, Socket socket, Stream stream)
    {
        var count = Drain(socket, stream, GlanceMicroseconds);
        if (count == 0) return;
        Interlocked.Increment(ref _tally.Answered);
        // Inside a WebSocket it stands behind the head of its frame.
        var answer = _sink.AsSpan(0, count);
        var at = door.IsWebSocket ? answer.IndexOf((ReadOnlySpan<byte>)[0x82, 4, 0x20, 2]) + 2 : 0;
        var isConnAck = count >= at + 4 && answer[at] == 0x20 && answer[at + 3] == 0;
        if (isConnAck) Interlocked.Increment(ref _tally.Accepted);
    }

    /// <summary>Takes what has come, waiting a moment for the first of it.</summary>
    private int Drain(Socket socket, Stream stream, int microseconds) =>
        socket.Poll(microseconds, SelectMode.SelectRead) && socket.Available > 0 ? stream.Read(_sink) : 0;

    /// <summary>Ends the connection in one of the ways there are; true: it is left open.</summary>
    private bool End(Socket socket, Stream stream)
    {
        switch (_random.Next(6))
        {
            case 0:
                socket.Shutdown(SocketShutdown.Send);
                Drain(socket, stream, GlanceMicroseconds);
                return false;
            case 1 when stream is SslStream tls:
                tls.ShutdownAsync().GetAwaiter().GetResult();
                return false;
            case 2:
                _leftOpen.Enqueue(socket);
                if (_leftOpen.Count > LeftOpenMax) _leftOpen.Dequeue().Dispose();
                return true;
            case 3: return false;
            default:
                socket.LingerState = new LingerOption(true, 0);
                return false;
        }
    }
}
