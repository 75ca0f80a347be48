using System.Globalization;

namespace LightMq.Cli.Update;

/// <summary>Versions of images, as 2026.11.26-1: numbers, compared one after the other.</summary>
internal static class ImageVersion
{
    /// <summary>Below 0: the first is older; 0: the same; above 0: it is newer.</summary>
    public static int Compare(string one, string other)
    {
        var (a, b) = (Parts(one), Parts(other));
        for (var i = 0; i < Math.Max(a.Length, b.Length); i++)
        {
            var order = (i < a.Length ? a[i] : 0).CompareTo(i < b.Length ? b[i] : 0);
            if (order != 0) return order;
        }
        return 0;
    }

    /// <summary>Whether a text is a version.</summary>
    public static bool IsVersion(string text) => text.Length is > 0 and <= 64
        && text.Split('.', '-').All(static part => long.TryParse(
            part, NumberStyles.None, CultureInfo.InvariantCulture, out _));

    private static long[] Parts(string text) => [.. text.Split('.', '-').Select(static part =>
        long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1)];
}
