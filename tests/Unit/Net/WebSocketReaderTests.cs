using LightMq.Net.WebSocket;
using Xunit;
using static LightMq.Unit.Net.ClientFrames;

namespace LightMq.Unit.Net;

/// <summary>RFC 6455, section 5, as far as a client can keep or break it.</summary>
public sealed class WebSocketReaderTests
{
    private static readonly byte[] Hello = "Hello"u8.ToArray();

    // RFC 6455, 5.7.
    [Fact]
    public void The_examples_of_the_standard()
    {
        var reader = new WebSocketReader();
        byte[] ping = [0x89, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        Assert.Equal(ping, Ping(Hello));
        Assert.Equal([], Read(reader, ping));
        Assert.True(reader.HasPing);
        Assert.Equal(Hello, reader.TakePing().ToArray());
        Assert.False(reader.HasPing);
        // The masked text message of the standard, as binary: MQTT takes no text (MQTT-6.0.0-1).
        byte[] hello = [0x82, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        Assert.Equal(Hello, Read(reader, hello));
        hello[0] = 0x81;
        Assert.Equal([], Read(reader, hello));
        Assert.Equal(1003, reader.CloseCode);
        Assert.Contains("MQTT-6.0.0-1", reader.Failure);
    }

    [Theory]
    [InlineData(0), InlineData(1), InlineData(15), InlineData(16), InlineData(17), InlineData(125)]
    [InlineData(126), InlineData(127), InlineData(65_535), InlineData(65_536), InlineData(200_001)]
    public void A_message_of_any_length_comes_out_whole(int length)
    {
        var payload = Some(length);
        var reader = new WebSocketReader();
        Assert.Equal(payload, Read(reader, Binary(payload)));
        Assert.Equal([7], Read(reader, Binary([7])));
        Assert.False(reader.IsOver);
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(5), InlineData(16), InlineData(21)]
    [InlineData(4096)]
    public void Any_cut_gives_the_same(int cut)
    {
        byte[] stream =
        [
            .. Binary(Some(3)), .. Ping("a"u8), .. Binary([]), .. Binary(Some(130)), .. Binary(Some(70_000)),
            .. Frame((int)Opcode.Binary, Some(40)), .. Ping("between"u8), .. Frame(0, []),
            .. Frame(Fin, Some(19)), .. Frame(Fin | (int)Opcode.Pong, "unasked"u8), .. Binary(Some(1)),
            .. Close(1000, "bye"),
        ];
        byte[] expected =
            [.. Some(3), .. Some(130), .. Some(70_000), .. Some(40), .. Some(19), .. Some(1)];
        var reader = new WebSocketReader();
        Assert.Equal(expected, Read(reader, stream, cut));
        Assert.Equal("between"u8.ToArray(), reader.TakePing().ToArray());
        Assert.True(reader.IsOver);
        Assert.Null(reader.Failure);
        Assert.Equal(1000, reader.CloseCode);
    }

    [Fact]
    public void Every_cut_in_two_gives_the_same()
    {
        byte[] stream = [.. Binary(Some(200)), .. Ping(Some(125)), .. Binary(Some(21)), .. Close(3000)];
        for (var at = 0; at <= stream.Length; at++)
        {
            var reader = new WebSocketReader();
            byte[] got = [.. Read(reader, stream[..at]), .. Read(reader, stream[at..])];
            Assert.Equal([.. Some(200), .. Some(21)], got);
            Assert.Equal(Some(125), reader.TakePing().ToArray());
            Assert.Equal(3000, reader.CloseCode);
        }
    }

    public static TheoryData<string, byte[], int> Broken => new()
    {
        { "mask", Frame(Fin | 2, Some(5), isMasked: false), 1002 },
        { "mask", Frame(Fin | 9, [], isMasked: false), 1002 },
        { "reserved bit", Frame(Fin | 0x40 | 2, Some(5)), 1002 },
        { "reserved bit", Frame(Fin | 0x20 | 2, Some(5)), 1002 },
        { "reserved bit", Frame(Fin | 0x10 | 8, []), 1002 },
        { "opcode 3", Frame(Fin | 3, []), 1002 },
        { "opcode 7", Frame(Fin | 7, []), 1002 },
        { "opcode 11", Frame(Fin | 11, []), 1002 },
        { "opcode 15", Frame(Fin | 15, []), 1002 },
        { "text", Frame(1, Some(1)), 1003 },
        { "continuation of nothing", Frame(Fin, Some(1)), 1002 },
        { "inside another", [.. Frame(2, []), .. Frame(Fin | 2, [])], 1002 },
        { "in fragments", Frame(9, Some(1)), 1002 },
        { "in fragments", Frame(8, []), 1002 },
        { "above 125", Frame(Fin | 9, Some(126)), 1002 },
        { "above 125", Frame(Fin | 10, Some(70_000)), 1002 },
        { "shortest", [0x82, 0xFE, 0, 125, 1, 2, 3, 4], 1002 },
        { "shortest", [0x82, 0xFF, .. Big(65_535, 8), 1, 2, 3, 4], 1002 },
        { "shortest", [0x82, 0xFF, 0x80, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4], 1002 },
        { "Close frame with a code", Frame(Fin | 8, [3]), 1002 },
        { "Close frame with a code", Close(999), 1002 },
        { "Close frame with a code", Close(1004), 1002 },
        { "Close frame with a code", Close(1005), 1002 },
        { "Close frame with a code", Close(1006), 1002 },
        { "Close frame with a code", Close(1015), 1002 },
        { "Close frame with a code", Close(2999), 1002 },
        { "Close frame with a code", Close(5000), 1002 },
        { "UTF-8", Frame(Fin | 8, [3, 232, 0xC3, 0x28]), 1007 },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_rule_is_named_and_ends_it(string rule, byte[] frames, int code)
    {
        foreach (var cut in (int[])[1, 2, 7, frames.Length])
        {
            var reader = new WebSocketReader();
            Assert.Equal("before"u8.ToArray(), Read(reader, [.. Binary("before"u8), .. frames], cut));
            Assert.True(reader.IsOver);
            Assert.Contains(rule, reader.Failure);
            Assert.Equal(code, reader.CloseCode);
            Assert.Equal([], Read(reader, Binary("after"u8)));
        }
    }

    [Theory]
    [InlineData(1000), InlineData(1003), InlineData(1007), InlineData(1014), InlineData(3000)]
    [InlineData(4999)]
    public void A_close_is_answered_with_its_code(int code)
    {
        var reader = new WebSocketReader();
        Read(reader, Close(code, "grüezi"));
        Assert.Null(reader.Failure);
        Assert.Equal(code, reader.CloseCode);
    }

    [Fact]
    public void A_close_without_code_is_answered_without()
    {
        var reader = new WebSocketReader();
        Read(reader, Frame(Fin | 8, []));
        Assert.Equal(CloseCode.None, reader.CloseCode);
        Assert.Null(reader.Failure);
    }

    [Fact]
    public void Of_many_pings_the_latest_is_answered()
    {
        var reader = new WebSocketReader();
        Read(reader, [.. Ping("1"u8), .. Ping(Some(125)), .. Ping("3"u8)]);
        Assert.Equal("3"u8.ToArray(), reader.TakePing().ToArray());
        Read(reader, Ping([]));
        Assert.True(reader.HasPing);
        Assert.True(reader.TakePing().IsEmpty);
    }

    [Fact]
    public void A_frame_longer_than_any_memory_passes_through_in_pieces()
    {
        var reader = new WebSocketReader();
        byte[] head = [0x82, 0xFF, .. Big(long.MaxValue, 8), 0, 0, 0, 0];
        Assert.Equal([], Read(reader, head));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var piece = new byte[65_536];
        for (var i = 0; i < 1_000; i++) Assert.True(reader.Decode(piece) == piece.Length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Seeded_mutations_never_throw_and_give_the_same_in_any_cut()
    {
        byte[] stream =
        [
            .. Binary(Some(40)), .. Ping("p"u8), .. Frame(2, Some(200)), .. Frame(Fin, Some(9)),
            .. Close(1000),
        ];
        var chance = new Random(6455);
        for (var run = 0; run < 20_000; run++)
        {
            var mutated = stream.ToArray();
            for (var changes = chance.Next(1, 4); changes > 0; changes--)
                mutated[chance.Next(mutated.Length)] = (byte)chance.Next(256);
            var whole = new WebSocketReader();
            var cut = new WebSocketReader();
            Assert.Equal(Read(whole, mutated), Read(cut, mutated, chance.Next(1, 9)));
            Assert.Equal(
                (whole.IsOver, whole.CloseCode, whole.Failure), (cut.IsOver, cut.CloseCode, cut.Failure));
        }
    }

    private static byte[] Read(WebSocketReader reader, byte[] stream, int cut = int.MaxValue)
    {
        var got = new List<byte>();
        for (var at = 0; at < stream.Length;)
        {
            var piece = stream.AsSpan(at, Math.Min(cut, stream.Length - at)).ToArray();
            got.AddRange(piece.AsSpan(0, reader.Decode(piece)));
            at += piece.Length;
        }
        return [.. got];
    }

    private static byte[] Some(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
