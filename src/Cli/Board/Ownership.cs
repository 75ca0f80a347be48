using System.Runtime.InteropServices;

namespace LightMq.Cli.Board;

/// <summary>To whom folders belong.</summary>
internal static partial class Ownership
{
    /// <summary>Gives a folder to a group.</summary>
    public static void Give(string folder, int group)
    {
        if (ChangeOwner(folder, -1, group) != 0)
            throw new IOException($"'{folder}' cannot be given to group {group}");
    }

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, int user, int group);
}
