using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace LightMq.Lmq;

/// <summary>
/// Why a central ends a gateway's connection: a number came whose forerunner has not (LMQ-CORE-4). The reason
/// string of its DISCONNECT: <c>lmq-seq 5 of CLIENT in EPOCH: 3 is wanted</c>.
/// </summary>
/// <param name="Sequence">The number that came.</param>
/// <param name="Client">Whose stream.</param>
/// <param name="Epoch">Which of its streams.</param>
/// <param name="Wanted">The number that is wanted.</param>
public sealed record StreamHole(long Sequence, string Client, EpochText Epoch, long Wanted)
{
    private const string Begin = "lmq-seq ", Of = " of ", In = " in ", Colon = ": ", End = " is wanted";

    /// <summary>The text.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Begin}{Sequence}{Of}{Client}{In}{Epoch}{Colon}{Wanted}{End}");

    /// <summary>Reads the text; false: it is another one.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out StreamHole? hole)
    {
        hole = null;
        var of = text.IndexOf(Of, StringComparison.Ordinal);
        var within = text.LastIndexOf(In, StringComparison.Ordinal);
        var colon = text.LastIndexOf(Colon, StringComparison.Ordinal);
        if (!text.StartsWith(Begin, StringComparison.Ordinal) || !text.EndsWith(End, StringComparison.Ordinal)
            || of < Begin.Length || within < of + Of.Length || colon < within + In.Length
            || colon + Colon.Length > text.Length - End.Length)
            return false;
        var epochText = System.Text.Encoding.ASCII.GetBytes(text[(within + In.Length)..colon]);
        if (!TryNumber(text.AsSpan(Begin.Length, of - Begin.Length), out var sequence)
            || !EpochText.TryParse(epochText, out var epoch)
            || !TryNumber(text.AsSpan((colon + Colon.Length)..^End.Length), out var wanted))
            return false;
        hole = new StreamHole(sequence, text[(of + Of.Length)..within], epoch, wanted);
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
