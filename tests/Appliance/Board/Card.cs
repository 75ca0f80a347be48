using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace LightMq.Appliance.Board;

/// <summary>
/// The card in the box: a block device over the NBD protocol. Like a real one it has a write cache: what was
/// not flushed is lost when the power goes, or was written all the same, block by block as chance wills. It
/// outlives the machine that uses it.
/// </summary>
internal sealed class Card : IDisposable
{
    private const int BlockBytes = 4096;
    // What a good card takes to keep something.
    private const int FlushMilliseconds = 5;
    private const uint Request = 0x25609513, Reply = 0x67446698;
    private const ulong OptionMagic = 0x49484156454F5054, ReplyMagic = 0x3e889045565a9;

    private readonly FileStream _file;
    private readonly string _socketPath;
    private readonly Socket _listener;
    private readonly Lock _lock = new();
    private readonly Dictionary<long, byte[]> _cache = [];
    private Socket? _user;

    /// <summary>Serves a file as a card.</summary>
    /// <param name="image">The file.</param>
    /// <param name="bytes">The card's size; the file is made so long.</param>
    public Card(string image, long bytes)
    {
        _file = new FileStream(image, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 0);
        _file.SetLength(bytes);
        Image = image;
        _socketPath = Path.Combine(Path.GetTempPath(), $"lightmq-card-{Guid.NewGuid():N}");
        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(_socketPath));
        _listener.Listen(4);
        new Thread(Accept) { IsBackground = true, Name = "card" }.Start();
    }

    /// <summary>The file.</summary>
    public string Image { get; }

    /// <summary>How qemu names it.</summary>
    public string Address => $"nbd+unix:///?socket={_socketPath}";

    /// <summary>Bytes that the box has written so far.</summary>
    public long BytesWritten { get; private set; }

    /// <summary>
    /// The power goes: of what was not flushed, or is being flushed, some blocks are lost. Whoever uses it
    /// gets no answer any more.
    /// </summary>
    /// <returns>How many blocks were lost.</returns>
    public int Cut(Random chance)
    {
        lock (_lock)
        {
            _user = null;
            var lost = 0;
            // One cut in three loses everything, one nothing, one some.
            var share = chance.Next(3) / 2.0;
            foreach (var (block, bytes) in _cache)
                if (chance.NextDouble() < share) WriteThrough(block, bytes);
                else lost++;
            _cache.Clear();
            return lost;
        }
    }

    /// <summary>The power was switched off in order: everything is written.</summary>
    public void Flush()
    {
        lock (_lock) WriteAll();
    }

    public void Dispose()
    {
        _listener.Dispose();
        Flush();
        _user?.Dispose();
        _file.Dispose();
        File.Delete(_socketPath);
    }

    private void Accept()
    {
        while (true)
        {
            try
            {
                var user = _listener.Accept();
                lock (_lock) _user = user;
                new Thread(() => Serve(user)) { IsBackground = true, Name = "card" }.Start();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Serve(Socket socket)
    {
        try
        {
            using var stream = new NetworkStream(socket);
            if (!Negotiate(stream) || !Transmit(stream, socket)) return;
            // Without power it says nothing, not even that.
            while (stream.Read(new byte[4_096]) > 0) { }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The machine was killed.
        }
        finally
        {
            socket.Dispose();
        }
    }

    private bool Negotiate(NetworkStream stream)
    {
        var hello = new byte[18];
        Encoding.ASCII.GetBytes("NBDMAGIC").CopyTo(hello, 0);
        BinaryPrimitives.WriteUInt64BigEndian(hello.AsSpan(8), OptionMagic);
        BinaryPrimitives.WriteUInt16BigEndian(hello.AsSpan(16), 3);
        stream.Write(hello);
        stream.ReadExactly(new byte[4]);
        var head = new byte[16];
        while (true)
        {
            stream.ReadExactly(head);
            var option = BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(8));
            stream.ReadExactly(new byte[BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(12))]);
            switch (option)
            {
                case 6 or 7: // INFO, GO
                    var export = new byte[12];
                    BinaryPrimitives.WriteUInt64BigEndian(export.AsSpan(2), (ulong)_file.Length);
                    BinaryPrimitives.WriteUInt16BigEndian(export.AsSpan(10), 1 | 4 | 8);
                    Answer(stream, option, 3, export);
                    Answer(stream, option, 1, []);
                    if (option == 7) return true;
                    break;
                case 2: // ABORT
                    Answer(stream, option, 1, []);
                    return false;
                default:
                    Answer(stream, option, 0x80000001, []);
                    break;
            }
        }
    }

    private static void Answer(NetworkStream stream, uint option, uint kind, byte[] data)
    {
        var bytes = new byte[20 + data.Length];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, ReplyMagic);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), option);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(12), kind);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(16), data.Length);
        data.CopyTo(bytes, 20);
        stream.Write(bytes);
    }

    // Until it is not needed any more, or, true, its power is gone.
    private bool Transmit(NetworkStream stream, Socket socket)
    {
        var head = new byte[28];
        while (true)
        {
            stream.ReadExactly(head);
            if (BinaryPrimitives.ReadUInt32BigEndian(head) != Request) throw new IOException("not NBD");
            var isForced = (BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(4)) & 1) != 0;
            var kind = BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(6));
            var offset = BinaryPrimitives.ReadInt64BigEndian(head.AsSpan(16));
            var length = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(24));
            var data = kind is 0 or 1 ? new byte[length] : [];
            if (kind == 1) stream.ReadExactly(data);
            lock (_lock)
            {
                if (_user != socket) return true;
                if (kind == 0) Read(offset, data);
                if (kind == 1) Write(offset, data);
            }
            if ((kind == 3 || isForced) && !Keep(socket)) return true;
            if (kind == 2) return false;
            var reply = new byte[16 + (kind == 0 ? length : 0)];
            BinaryPrimitives.WriteUInt32BigEndian(reply, Reply);
            head.AsSpan(8, 8).CopyTo(reply.AsSpan(8));
            if (kind == 0) data.CopyTo(reply, 16);
            stream.Write(reply);
        }
    }

    // It takes time, in which the power may go.
    private bool Keep(Socket socket)
    {
        Thread.Sleep(FlushMilliseconds);
        lock (_lock)
        {
            if (_user != socket) return false;
            WriteAll();
            return true;
        }
    }

    private void Read(long offset, Span<byte> data)
    {
        RandomAccess.Read(_file.SafeFileHandle, data, offset);
        if (_cache.Count == 0) return;
        for (var block = offset / BlockBytes; block * BlockBytes < offset + data.Length; block++)
            if (_cache.TryGetValue(block, out var bytes))
            {
                var (from, to) = Overlap(block, offset, data.Length);
                var part = bytes.AsSpan((int)(from - block * BlockBytes), (int)(to - from));
                part.CopyTo(data[(int)(from - offset)..]);
            }
    }

    private void Write(long offset, ReadOnlySpan<byte> data)
    {
        BytesWritten += data.Length;
        for (var block = offset / BlockBytes; block * BlockBytes < offset + data.Length; block++)
        {
            var (from, to) = Overlap(block, offset, data.Length);
            if (!_cache.TryGetValue(block, out var bytes))
            {
                bytes = new byte[BlockBytes];
                if (to - from < BlockBytes)
                    RandomAccess.Read(_file.SafeFileHandle, bytes, block * BlockBytes);
                _cache[block] = bytes;
            }
            var part = data[(int)(from - offset)..(int)(to - offset)];
            part.CopyTo(bytes.AsSpan((int)(from - block * BlockBytes)));
        }
    }

    private static (long From, long To) Overlap(long block, long offset, int length) =>
        (Math.Max(offset, block * BlockBytes), Math.Min(offset + length, (block + 1) * BlockBytes));

    private void WriteAll()
    {
        foreach (var (block, bytes) in _cache) WriteThrough(block, bytes);
        _cache.Clear();
    }

    private void WriteThrough(long block, byte[] bytes) =>
        RandomAccess.Write(_file.SafeFileHandle, bytes, block * BlockBytes);
}
