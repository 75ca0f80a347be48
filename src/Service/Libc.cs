using System.Runtime.InteropServices;

namespace LightMq.Service;

/// <summary>Calls that the framework has no words for; see their manual pages.</summary>
internal static unsafe partial class Libc
{
    private const string Name = "libc";

    public const int ReadOnly = 0;

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int open(string path, int flags);

    [LibraryImport(Name)]
    public static partial int fsync(int descriptor);

    [LibraryImport(Name)]
    public static partial int close(int descriptor);

    [LibraryImport(Name)]
    public static partial int adjtimex(byte* state);

    [LibraryImport(Name)]
    public static partial int fchown(int descriptor, int user, int group);
}
