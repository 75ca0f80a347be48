using LightMq.Fuzz.Mutation;
using LightMq.Tests;
using LightMq.Tests.Stages;

namespace LightMq.Fuzz.Reader;

/// <summary>
/// The whole engine under several mutated streams at once, with bounds that are soon full, a disk that is
/// slow or full, time that passes, connections that break and restarts: nothing is thrown, what it says are
/// packets, and the same seed gives the same again. The cut is the seed's.
/// </summary>
internal sealed class CrowdTarget : ITarget
{
    private const int PeersMax = 6;
    private const int ActsMax = 80;

    private static readonly string[] Bounds =
    [
        "",
        "!set InflightMax=2\n!set QueueMessagesMax=5\n!set ParkedPacketsMax=2\n!set OutboxBytesMax=600",
        "!set QueueFull=1\n!set QueueMessagesMax=4\n!set RetainedMessagesMax=2\n!set SlowReaderSecondsMax=5",
        "!set QueueFull=2\n!set QueueBytesMax=800\n!set AckHoldMilliseconds=0\n!set GroupMessagesMax=1",
        "!set QueueFull=3\n!set QueueMessagesMax=6\n!set MemoryBytesMax=40000\n!set GroupMilliseconds=50",
        "!set ReceiveMax=2\n!set SessionsMax=3\n!set SubscriptionsMax=2\n!set MemoryBytesMax=2000",
        "!set ConnectionsMax=3\n!set GroupBytesMax=2000\n!set SlotWasteBytesMax=500\n"
            + "!set RetainedBytesMax=300",
    ];

    public string Name => "crowd";

    public int Every => 10;

    // A stage and an engine for each start, their tables, and what the stage keeps of every peer.
    public long AllocatedBytesMax(int length) => 32_000_000 + 16_384L * length;

    public byte[] InputOf(int seed) => [.. MutantsOf(seed).SelectMany(static one => one.Bytes)];

    public Outcome Read(int seed, byte[] input, Cut cut)
    {
        var random = new Random(seed);
        var mutants = MutantsOf(seed);
        var access = mutants[0].From.Access switch
        {
            Access.Lmq => "!lmq\n",
            Access.Users => "!users\n",
            _ => "",
        };
        var story = Transcript.Parse("crowd", access + Bounds[random.Next(Bounds.Length)]);
        using var stage = new CoreStage(story, random.Next(3) == 0 ? 3 : 65_536);
        var peers = mutants.Select((mutant, at) => new Peer($"p{at}", mutant.Packets)).ToArray();
        for (var act = 0; act < ActsMax; act++)
        {
            peers[random.Next(peers.Length)].Act(stage, random);
            Disturb(stage, random);
            foreach (var peer in peers) peer.Listen(stage);
        }
        stage.SetDiskSlow(false);
        stage.SetDiskFull(false);
        stage.Advance(random.Next(2) == 0 ? 100_000 : 2_000);
        foreach (var peer in peers) peer.Listen(stage);
        return new Outcome([.. peers.SelectMany(static peer => peer.Heard)], "");
    }

    private static void Disturb(CoreStage stage, Random random)
    {
        switch (random.Next(40))
        {
            case < 10: stage.Advance(random.Next(2_000)); break;
            case 10: stage.Advance(random.Next(100_000)); break;
            case 11: stage.Restart(); break;
            case 12 or 13: stage.SetDiskSlow(random.Next(2) == 0); break;
            case 14: stage.SetDiskFull(random.Next(2) == 0); break;
            default: break;
        }
    }

    private static Mutant[] MutantsOf(int seed)
    {
        var mutator = new Mutator(new Random(seed));
        var mutants = new List<Mutant> { mutator.Next() };
        for (var more = seed % PeersMax; mutants.Count <= more;)
        {
            var next = mutator.Next();
            if (next.From.Access == mutants[0].From.Access) mutants.Add(next);
        }
        return [.. mutants];
    }

    /// <summary>One stream, again and again, and all that was answered.</summary>
    private sealed class Peer(string name, IReadOnlyList<byte[]> packets)
    {
        private int _next;
        private List<byte> _onThis = [];

        public List<byte> Heard { get; } = [];

        public void Act(CoreStage stage, Random random)
        {
            if (stage.IsClosed(name))
            {
                End();
                stage.Connect(name);
            }
            else if (random.Next(30) == 0) stage.Cut(name);
            else if (random.Next(10) == 0) stage.SetTaking(name, random.Next(2) == 0);
            else if (_next < packets.Count) stage.Send(name, packets[_next++]);
            else if (packets.Count > 1) stage.Send(name, packets[random.Next(1, packets.Count)]);
        }

        public void Listen(CoreStage stage)
        {
            if (stage.IsKnown(name)) _onThis.AddRange(stage.Take(name));
        }

        private void End()
        {
            ServerBytes.Check([.. _onThis]);
            Heard.AddRange(_onThis);
            (_onThis, _next) = ([], 0);
        }
    }
}
