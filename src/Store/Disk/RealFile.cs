using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LightMq.Store.Disk;

/// <summary>A file of a <see cref="RealDisk"/>.</summary>
internal sealed class RealFile(string path) : IDiskFile
{
    private readonly SafeFileHandle _handle =
        File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);

    public long Length => RandomAccess.GetLength(_handle);

    public int Read(long offset, Span<byte> to)
    {
        var count = 0;
        while (count < to.Length)
        {
            var read = RandomAccess.Read(_handle, to[count..], offset + count);
            if (read == 0) break;
            count += read;
        }
        return count;
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_handle, bytes, offset);
        }
        catch (IOException refused) when (RealDisk.IsNoRoom(refused.HResult))
        {
            throw new DiskFullException(refused.Message, refused);
        }
        catch (ArgumentOutOfRangeException refused)
        {
            // What the framework makes of EFBIG.
            throw new DiskFullException($"{path} would pass the limit on the size of files", refused);
        }
    }

    public void SetLength(long length) => RealDisk.Guard(() =>
    {
        RandomAccess.SetLength(_handle, length);
        return true;
    });

    public void Allocate(long length)
    {
        var from = Length;
        if (length <= from) return;
        int error;
        do error = RealDisk.posix_fallocate(_handle, from, length - from);
        while (error == RealDisk.Interrupted);
        if (error == 0) return;
        var message = $"cannot give {path} {length} bytes: {Marshal.GetPInvokeErrorMessage(error)}";
        throw RealDisk.IsNoRoom(error) ? new DiskFullException(message) : new IOException(message, error);
    }

    public void Sync()
    {
        while (RealDisk.fdatasync(_handle) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == RealDisk.Interrupted) continue;
            var message = $"cannot sync {path}: {Marshal.GetPInvokeErrorMessage(error)}";
            throw RealDisk.IsNoRoom(error) ? new DiskFullException(message) : new IOException(message, error);
        }
    }

    public void Dispose() => _handle.Dispose();
}
