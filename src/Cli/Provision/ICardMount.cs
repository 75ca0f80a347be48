using System.Diagnostics;

namespace LightMq.Cli.Provision;

/// <summary>The card's partition is read-only but for moments; a test has one that does not let itself be
/// written.</summary>
internal interface ICardMount
{
    /// <summary>Lets it be written.</summary>
    /// <exception cref="IOException">It cannot be.</exception>
    void MakeWritable();

    /// <summary>Makes it read-only again, which writes out all that waits.</summary>
    void MakeReadOnly();
}

/// <summary>The real one: remounts what is mounted there read-only.</summary>
/// <param name="boot">Where it is mounted.</param>
internal sealed class CardMount(string boot) : ICardMount
{
    private bool _isOurs;

    /// <inheritdoc/>
    public void MakeWritable()
    {
        if (!IsReadOnly()) return;
        Remount("rw");
        _isOurs = true;
    }

    /// <inheritdoc/>
    public void MakeReadOnly()
    {
        if (!_isOurs) return;
        _isOurs = false;
        Remount("ro");
    }

    private bool IsReadOnly()
    {
        if (!File.Exists("/proc/self/mounts")) return false;
        var at = Path.GetFullPath(boot).TrimEnd('/');
        var mount = File.ReadLines("/proc/self/mounts").Select(static line => line.Split(' '))
            .LastOrDefault(parts => parts.Length > 3 && parts[1] == at);
        return mount is not null && mount[3].Split(',').Contains("ro");
    }

    private void Remount(string how)
    {
        using var mount = Process.Start("mount", ["-o", "remount," + how, boot]);
        mount.WaitForExit();
        if (mount.ExitCode != 0) throw new IOException($"'{boot}' cannot be remounted {how}");
    }
}
