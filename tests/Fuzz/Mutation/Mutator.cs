namespace LightMq.Fuzz.Mutation;

/// <summary>A mutated conversation.</summary>
/// <param name="From">What it was.</param>
/// <param name="Packets">What it became.</param>
internal sealed record Mutant(Conversation From, IReadOnlyList<byte[]> Packets)
{
    /// <summary>All of it.</summary>
    public byte[] Bytes { get; } = [.. Packets.SelectMany(packet => packet)];
}

/// <summary>
/// Makes conversations that are almost right: a good one of the corpus, and a few changes of its packets, of
/// their order and of their bytes. All by one <see cref="Random"/>, so that a seed makes the same again.
/// </summary>
internal sealed class Mutator(Random random)
{
    private const int ChangesMax = 5;

    /// <summary>The next mutant of any conversation.</summary>
    public Mutant Next() => Next(Any(Corpus.All));

    /// <summary>The next mutant of this conversation; now and then it is as good as before.</summary>
    public Mutant Next(Conversation from)
    {
        var packets = from.Packets.Select(packet => packet.ToArray()).ToList();
        // Few changes more often than many: what is nearly right is read furthest.
        var changes = Math.Min(random.Next(ChangesMax + 1), random.Next(ChangesMax + 1));
        for (; changes > 0; changes--)
        {
            // What happens to the first packet ends most conversations before they began.
            if (packets.Count > 0 && random.Next(3) > 0) ChangePacket(packets);
            else ChangeOrder(packets);
        }
        return new Mutant(from, packets);
    }

    private void ChangePacket(List<byte[]> packets)
    {
        var at = packets.Count > 1 && random.Next(4) > 0
            ? random.Next(1, packets.Count) : random.Next(packets.Count);
        packets[at] = random.Next(8) == 0
            ? PacketBytes.Mend(ByteDamage.Splice(random, packets[at], Any(packets)))
            : PacketDamage.Change(random, packets[at]);
    }

    private void ChangeOrder(List<byte[]> packets)
    {
        var at = random.Next(packets.Count + 1);
        var foreign = Any(Corpus.All).Packets;
        switch (random.Next(8))
        {
            case 0 when packets.Count > 0: packets.Insert(at, Any(packets)); break;
            case 1 when packets.Count > 1: packets.RemoveAt(random.Next(1, packets.Count)); break;
            case 2 when packets.Count > 2:
                var (one, two) = (random.Next(1, packets.Count), random.Next(1, packets.Count));
                (packets[one], packets[two]) = (packets[two], packets[one]);
                break;
            // The same CONNECT again.
            case 3 when packets.Count > 0: packets.Insert(at, packets[0]); break;
            case 4: packets.AddRange(foreign); break;
            case 5 when packets.Count > 0:
                packets.Add(ByteDamage.Splice(random, packets[^1], Any(foreign)));
                break;
            // A packet many times over.
            case 6 when packets.Count > 1:
                var often = packets[random.Next(1, packets.Count)];
                packets.InsertRange(at, Enumerable.Repeat(often, random.Next(20)));
                break;
            default: packets.Insert(Math.Max(1, at) % (packets.Count + 1), Any(foreign)); break;
        }
    }

    private T Any<T>(IReadOnlyList<T> of) => of[random.Next(of.Count)];
}
