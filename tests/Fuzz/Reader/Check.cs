using LightMq.Tests;

namespace LightMq.Fuzz.Reader;

/// <summary>What was wrong with a target, and for which seed it is again.</summary>
internal sealed record Finding(string Target, int Seed, string What, byte[] Input)
{
    public override string ToString() =>
        $"{Target}, seed {Seed}: {What}\n  {Input.Length} bytes: {PacketText.Hex(Input)}\n"
        + $"  again by: ./build.sh fuzz input {Target} {Seed}";
}

/// <summary>
/// One input to one target: nothing is thrown, whole and cut give the same, and memory stays in proportion.
/// </summary>
internal static class Check
{
    /// <summary>Null where all is well.</summary>
    public static Finding? Run(ITarget target, int seed)
    {
        var input = target.InputOf(seed);
        if (!TryRead(target, seed, input, Cut.Whole, out var whole, out var thrown)) return Wrong(thrown);
        var before = GC.GetAllocatedBytesForCurrentThread();
        // The second time, when the runtime has what it makes once.
        TryRead(target, seed, input, Cut.Whole, out _, out _);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > target.AllocatedBytesMax(input.Length))
            return Wrong($"{allocated} bytes allocated for {input.Length}");
        foreach (var cut in (Cut[])[Cut.Bytes, Cut.Random(seed)])
        {
            if (!TryRead(target, seed, input, cut, out var pieces, out thrown)) return Wrong(thrown);
            if (!whole!.IsLike(pieces!))
                return Wrong(
                    $"{cut.Name} differs from whole\n  whole: {Text(whole)}\n  cut:   {Text(pieces!)}");
        }
        return null;

        Finding Wrong(string what) => new(target.Name, seed, what, input);
    }

    private static bool TryRead(
        ITarget target, int seed, byte[] input, Cut cut, out Outcome? outcome, out string thrown)
    {
        (outcome, thrown) = (null, "");
        try
        {
            outcome = target.Read(seed, input, cut);
            return true;
        }
        // Whatever it is, it left the readers, and that is what is looked for.
        catch (Exception left)
        {
            thrown = $"{cut.Name}: {left}";
            return false;
        }
    }

    public static string Text(Outcome outcome) =>
        $"'{outcome.End}' {PacketText.Hex(outcome.Bytes)}";
}
