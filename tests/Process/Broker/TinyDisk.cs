using LightMq.Process.Clients;

namespace LightMq.Process.Broker;

/// <summary>A small tmpfs, where this user may mount one.</summary>
internal static class TinyDisk
{
    /// <summary>False where mounts are refused.</summary>
    public static async Task<bool> TryMount(string directory, string options)
    {
        try
        {
            await Tool.Run("mount", "-t", "tmpfs", "-o", options, "lightmq-test", directory);
            return true;
        }
        catch (Exception refused) when (
            refused is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    public static async Task Unmount(string directory) => await Tool.Run("umount", directory);
}
