using LightMq.Fuzz.Reader;
using LightMq.Mqtt;
using LightMq.Tests;
using Xunit;

namespace LightMq.Fuzz.Tests;

/// <summary>The reader fuzz catches readers with a bug, and says by which seed.</summary>
public sealed class SeededReaderBugTests
{
    private static readonly TimeSpan InputTimeMax = TimeSpan.FromSeconds(2);

    private delegate Outcome Reading(ITarget good, int seed, byte[] input, Cut cut);

    [Fact]
    public void One_that_forgets_what_was_cut_off() =>
        Caught("differs from whole", (good, seed, input, cut) =>
        {
            // Each piece is read as if it were all.
            var read = new List<byte>();
            foreach (var piece in cut.Of(input.Length))
                read.AddRange(good.Read(seed, input[piece], Cut.Whole).Bytes);
            return new Outcome([.. read], "");
        });

    [Fact]
    public void One_that_names_another_clause_when_cut() =>
        Caught("differs from whole", (good, seed, input, cut) =>
        {
            var outcome = good.Read(seed, input, cut);
            return cut == Cut.Bytes
                ? outcome with { End = outcome.End.Replace("MQTT-2.2.3", "MQTT-2.2.1") } : outcome;
        });

    [Fact]
    public void One_that_reads_beyond_the_end() =>
        Caught("IndexOutOfRangeException", (good, seed, input, cut) =>
        {
            var outcome = good.Read(seed, input, cut);
            // Another byte of a variable integer is looked for behind the last.
            return input.Length > 1 && input[^1] >= 0x80 ? throw new IndexOutOfRangeException() : outcome;
        });

    [Fact]
    public void One_that_makes_room_for_what_a_length_claims() =>
        Caught("allocated", (good, seed, input, cut) =>
        {
            if (input.AsSpan().EndsWith((byte[])[0xFF, 0x7F])) GC.KeepAlive(new byte[1 << 20]);
            return good.Read(seed, input, cut);
        });

    [Fact]
    public void One_that_never_ends()
    {
        using var isOver = new ManualResetEventSlim();
        Caught("not done", (good, seed, input, cut) =>
        {
            if (input.AsSpan().EndsWith("\0\0"u8)) isOver.Wait();
            return good.Read(seed, input, cut);
        });
        isOver.Set();
    }

    [Fact]
    public void An_engine_that_drops_the_last_byte_of_a_piece()
    {
        var broken = new Broken(new EngineTarget(), static (good, seed, input, cut) =>
            good.Read(seed, cut == Cut.Whole || input.Length == 0 ? input : input[..^1], cut));
        var finding = new ReaderRun([broken], InputTimeMax).Run(1, 1_000);
        Assert.Contains("differs from whole", finding?.What);
    }

    [Theory]
    [InlineData("20 [00 00] d0")]
    [InlineData("20 [00 00] d1 00")]
    [InlineData("20 [00 00] 36 [00 01 74 00 01]")]
    [InlineData("20 [00 00 00] d0 01 00")]
    [InlineData("20 [00 00 {21 00 00}]")]
    public void A_broker_that_says_no_packets(string bytes) =>
        Assert.Throws<InvalidOperationException>(() => ServerBytes.Check(PacketText.Bytes(bytes)));

    [Theory]
    [InlineData("20 [00 00] d0 00")]
    [InlineData("20 [00 00 {21 00 01}] e0 [82]")]
    public void A_broker_that_says_packets_passes(string bytes) =>
        ServerBytes.Check(PacketText.Bytes(bytes));

    [Fact]
    public void An_engine_that_is_not_the_same_again()
    {
        var turn = 0;
        var broken = new Broken(new CrowdTarget(), (good, seed, input, cut) =>
            good.Read(turn++ % 3 == 2 ? seed + 1 : seed, input, cut));
        Assert.Contains("differs from whole", new ReaderRun([broken], InputTimeMax).Run(1, 100)?.What);
    }

    private static void Caught(string expected, Reading read)
    {
        var broken = new Broken(new PacketTarget(ProtocolVersion.V500), read);
        var finding = new ReaderRun([broken], InputTimeMax).Run(first: 1, 20_000);
        Assert.NotNull(finding);
        Assert.Contains(expected, finding.What);
        Assert.Equal(broken.InputOf(finding.Seed), finding.Input);
        Assert.Contains($"./build.sh fuzz input broken {finding.Seed}", finding.ToString());
    }

    /// <summary>A good reader behind a bug.</summary>
    private sealed class Broken(ITarget good, Reading read) : ITarget
    {
        public string Name => "broken";

        public int Every => 1;

        public long AllocatedBytesMax(int length) => good.AllocatedBytesMax(length);

        public byte[] InputOf(int seed) => good.InputOf(seed);

        public Outcome Read(int seed, byte[] input, Cut cut) => read(good, seed, input, cut);
    }
}
