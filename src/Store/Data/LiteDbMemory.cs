using System.Runtime.CompilerServices;

namespace LightMq.Store.Data;

/// <summary>
/// LiteDB's page cache grows by segments (12, 50, 100, 500, 1000 pages of 8 KiB) and gives none back; it only
/// reuses pages once it holds more unused ones than the next segment would have. With its own sizes that is
/// 13 MiB for good. Small segments make it reuse early; the system's page cache does the rest.
/// </summary>
internal static class LiteDbMemory
{
    private const int SegmentPages = 64;

    /// <summary>Sets the sizes for this process; before the first database is opened.</summary>
    public static void Trim()
    {
        var sizes = Sizes(null);
        for (var i = 0; i < sizes.Length; i++) sizes[i] = Math.Min(sizes[i], SegmentPages);
    }

    [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "MEMORY_SEGMENT_SIZES")]
    private static extern ref int[] Sizes([UnsafeAccessorType("LiteDB.Constants, LiteDB")] object? none);
}
