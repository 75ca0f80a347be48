using System.Buffers;
using System.Text;

namespace LightMq.DeviceAgent.Board;

/// <summary>
/// Reading what the kernel shows as files. A sensor may be unplugged between listing and reading, and some
/// fail with an I/O error while they sleep, so whatever cannot be read is empty.
/// </summary>
internal static class KernelFile
{
    private const int BytesMax = 65_536;

    /// <summary>The first line without its end, at most 256 characters, control characters removed.</summary>
    public static string Line(string path)
    {
        var text = Text(path);
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        var line = end < 0 ? text : text[..end];
        var clean = string.Concat(line.Where(c => !char.IsControl(c) && c != '\uFFFD')).Trim();
        return clean.Length > 256 ? clean[..256] : clean;
    }

    /// <summary>At most 64 KiB of the file, as UTF-8; empty when it cannot be read.</summary>
    public static string Text(string path)
    {
        byte[]? bytes = null;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0);
            bytes = ArrayPool<byte>.Shared.Rent(BytesMax);
            return Encoding.UTF8.GetString(
                bytes, 0, file.ReadAtLeast(bytes.AsSpan(0, BytesMax), BytesMax, throwOnEndOfStream: false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
        finally
        {
            if (bytes is not null) ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>Folders, and links to folders, in the order of their names.</summary>
    public static string[] Folders(string path, string pattern) =>
        Listed(() => Directory.GetDirectories(path, pattern));

    /// <summary>Files in the order of their names.</summary>
    public static string[] Files(string path, string pattern) =>
        Listed(() => Directory.GetFiles(path, pattern));

    private static string[] Listed(Func<string[]> list)
    {
        try
        {
            var found = list();
            Array.Sort(found, StringComparer.Ordinal);
            return found;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
