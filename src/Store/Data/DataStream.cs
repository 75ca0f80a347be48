using LightMq.Store.Disk;

namespace LightMq.Store.Data;

/// <summary>
/// The data file as LiteDB sees it. LiteDB writes here only while it checkpoints, on the calling thread,
/// and its one flush then is the barrier: data durable before the log begins anew.
/// </summary>
internal sealed class DataStream(DataFile file) : Stream
{
    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => true;
    public override long Length => (long)file.Pages * Page.Bytes;
    public override long Position { get; set; }

    /// <summary>
    /// Set during a checkpoint. At other times LiteDB would only want to mark the file as invalid.
    /// </summary>
    public bool IsWritable { get; set; }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var id = (uint)(Position / Page.Bytes);
        if (file.Read(id, buffer.AsSpan(offset, count)) != PageState.Sound)
            throw new DamagedException($"page {id} of the data file is damaged");
        Position += count;
        return count;
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        if (!IsWritable) throw new NotSupportedException();
        file.Write((uint)(Position / Page.Bytes), buffer.AsSpan(offset, count));
        Position += count;
    }

    public override void Flush() => file.Sync();

    // Only asked for when the length is no multiple of a page, which ours always is.
    public override void SetLength(long value) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
}
