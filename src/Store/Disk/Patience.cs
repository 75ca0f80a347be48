namespace LightMq.Store.Disk;

/// <summary>
/// Tells a bad spot from a disk that does not answer. A place that stays unreadable while the start of its
/// file can be read is damage, and salvage goes around it; anything else may pass, so the reader waits for
/// it.
/// </summary>
internal static class Patience
{
    private const int Attempts = 3;

    /// <summary>Reads as <see cref="IDiskFile.Read"/> does.</summary>
    /// <exception cref="DamagedException">This place cannot be read, others can.</exception>
    /// <exception cref="IOException">Nothing can be read.</exception>
    public static int ReadPatiently(this IDiskFile file, long offset, Span<byte> to)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return file.Read(offset, to);
            }
            catch (IOException) when (attempt < Attempts)
            {
            }
            catch (IOException refused)
            {
                var probe = new byte[1];
                file.Read(0, probe);
                throw new DamagedException($"cannot read at {offset}: {refused.Message}");
            }
        }
    }
}
