using LightMq.Fuzz.Mutation;
using LightMq.Tests;
using LightMq.Tests.Stages;

namespace LightMq.Fuzz.Reader;

/// <summary>
/// The whole engine: the stream comes on one connection while another watches; what both are sent, and what
/// a third sees after the end and a restart, is the same in any cut.
/// </summary>
internal sealed class EngineTarget : ITarget
{
    private const int SettleMilliseconds = 1_000;

    private static readonly Dictionary<Access, Transcript> Stories = new()
    {
        [Access.Anonymous] = Transcript.Parse("anonymous", ""),
        [Access.Users] = Transcript.Parse("users", "!users"),
        [Access.Lmq] = Transcript.Parse("lmq", "!lmq"),
    };

    // Who watches: it may see all that the stream may publish.
    private static readonly Dictionary<Access, byte[]> Watchers = new()
    {
        [Access.Anonymous] = PacketText.Bytes(
            """10 ["MQTT" 04 02 00 00 "watcher"] 82 [00 01 "#" 02] 33 ["1" 00 02 'kept']"""),
        [Access.Users] = PacketText.Bytes(
            """10 ["MQTT" 04 c2 00 00 "watcher" "user" "secret"] 82 [00 01 "out/#" 02]"""),
        [Access.Lmq] = PacketText.Bytes("""
            10 ["MQTT" 04 c2 00 00 "GID_AAA@@@watcher" "AK" "lRrW/qFrChWfv+LIVjU1xT3BGs4="]
            """.Trim() + """ 82 [00 01 "parent/#" 01]"""),
    };

    public string Name => "engine";

    public int Every => 10;

    // The engine's tables, three times over with the restart, and what the stage keeps of both peers.
    public long AllocatedBytesMax(int length) => 4_000_000 + 4_096L * length;

    public byte[] InputOf(int seed) => MutantOf(seed).Bytes;

    public Outcome Read(int seed, byte[] input, Cut cut)
    {
        var access = MutantOf(seed).From.Access;
        using var stage = new CoreStage(Stories[access], int.MaxValue);
        var seen = new List<byte>();
        Watch(stage, access);
        stage.Take("watcher");
        stage.Connect("fuzz");
        foreach (var piece in cut.Of(input.Length)) stage.Send("fuzz", input[piece]);
        See("fuzz");
        stage.Advance(SettleMilliseconds);
        See("fuzz");
        var isClosed = stage.IsClosed("fuzz");
        if (!isClosed) stage.Cut("fuzz");
        stage.Advance(SettleMilliseconds);
        See("watcher");
        if (seed % 8 == 0)
        {
            stage.Restart();
            Watch(stage, access);
            stage.Advance(SettleMilliseconds);
            See("watcher");
        }
        return new Outcome([.. seen], isClosed ? "closed" : "open");

        void See(string peer)
        {
            var bytes = stage.Take(peer);
            ServerBytes.Check(bytes);
            seen.AddRange([0xEE, (byte)peer[0], .. bytes]);
        }
    }

    private static void Watch(CoreStage stage, Access access)
    {
        stage.Connect("watcher");
        stage.Send("watcher", Watchers[access]);
        stage.Advance(SettleMilliseconds);
        if (stage.IsClosed("watcher")) throw new InvalidOperationException("the watcher was not let in");
    }

    private static Mutant MutantOf(int seed) => new Mutator(new Random(seed)).Next();
}
