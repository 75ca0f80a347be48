namespace LightMq.Fuzz.Reader;

/// <summary>What is fuzzed: something that takes a stream of bytes in any cut.</summary>
internal interface ITarget
{
    string Name { get; }

    /// <summary>It gets one seed of so many: what takes longer gets fewer.</summary>
    int Every { get; }

    /// <summary>Most bytes that reading an input of this length may allocate.</summary>
    long AllocatedBytesMax(int length);

    /// <summary>The input of a seed, always the same.</summary>
    byte[] InputOf(int seed);

    /// <summary>Reads an input that comes in these pieces; nothing may be thrown.</summary>
    /// <param name="seed">Of the input, for what else it decides.</param>
    /// <param name="input">From <see cref="InputOf"/>.</param>
    /// <param name="cut">The pieces.</param>
    Outcome Read(int seed, byte[] input, Cut cut);
}

/// <summary>What came of reading: it must not depend on the cut.</summary>
/// <param name="Bytes">What was read, or was answered.</param>
/// <param name="End">How it ended: the clause that was broken, or nothing.</param>
internal sealed record Outcome(byte[] Bytes, string End)
{
    /// <summary>Whether both say the same.</summary>
    public bool IsLike(Outcome other) => End == other.End && Bytes.AsSpan().SequenceEqual(other.Bytes);
}

/// <summary>How a stream is cut into pieces.</summary>
/// <param name="Name">For reports.</param>
/// <param name="Next">Bytes of the next piece, at least 1.</param>
internal sealed record Cut(string Name, Func<int> Next)
{
    public static Cut Whole { get; } = new("whole", static () => int.MaxValue);

    public static Cut Bytes { get; } = new("byte by byte", static () => 1);

    /// <summary>Short pieces and long ones.</summary>
    public static Cut Random(int seed)
    {
        var random = new Random(seed);
        return new Cut("random", () => random.Next(3) == 0 ? random.Next(1, 200) : random.Next(1, 8));
    }

    /// <summary>The pieces of an input, from where to where.</summary>
    public IEnumerable<Range> Of(int length)
    {
        for (var at = 0; at < length;)
        {
            var end = (int)Math.Min(length, (long)at + Next());
            yield return at..end;
            at = end;
        }
    }
}
