using System.Globalization;

namespace LightMq.Lmq;

/// <summary>128 bits as 32 hex digits, as channels and epochs are written.</summary>
internal static class HexNumber
{
    public const int Digits = 32;

    /// <summary>Reads exactly 32 hex digits; no sign, no spaces.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out UInt128 number)
    {
        number = 0;
        return text.Length == Digits
            && UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
    }
}
