using System.Buffers;
using LightMq.Lmq;
using LightMq.Service;

namespace LightMq.Host.Tokens;

/// <summary>The revocations as they are kept on the disk, <c>revocations.json</c> (FORMATS.md).</summary>
internal sealed class RevocationFile(string? directory)
{
    private readonly string? _path = directory is null ? null : Path.Combine(directory, "revocations.json");

    /// <summary>Takes what was kept into a list.</summary>
    /// <returns>Null, or why it could not be.</returns>
    public string? Load(RevocationList list)
    {
        if (_path is null || !File.Exists(_path)) return null;
        try
        {
            var merge = list.Merge(File.ReadAllBytes(_path));
            return merge == RevocationMerge.Merged ? null : $"{_path} is {merge}";
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            return wrong.Message;
        }
    }

    /// <summary>Keeps a list; it is on the disk then.</summary>
    /// <returns>Null, or why it is not.</returns>
    public string? Save(RevocationList list)
    {
        if (_path is null) return null;
        try
        {
            var body = new ArrayBufferWriter<byte>(4_096);
            list.Write(body);
            PrivateFile.Write(_path, body.WrittenSpan);
            return null;
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            return wrong.Message;
        }
    }
}
