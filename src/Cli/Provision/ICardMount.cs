using System.Diagnostics;

namespace LightMq.Cli.Provision;

/// <summary>The card's partition is read-only but for moments; a test has one that does not let itself be
/// written.</summary>
internal interface ICardMount
{
    /// <summary>Makes sure that the partition is there.</summary>
    /// <exception cref="IOException">It should be, and is not.</exception>
    void Check();

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
    private const string Mounts = "/proc/self/mounts", Wanted = "/etc/fstab";

    private bool _isOurs;

    /// <inheritdoc/>
    public void Check()
    {
        // The walls of our unit put the empty folder itself there, which is no FAT.
        const int Kind = 2;
        if (Find(Wanted) is { } wanted && Find(Mounts)?[Kind] != wanted[Kind])
            throw new IOException($"nothing is mounted at '{boot}'; the kernel's log says why");
    }

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

    private bool IsReadOnly() => Find(Mounts) is { } mount && mount[3].Split(',').Contains("ro");

    // Its line in a table of mounts.
    private string[]? Find(string table)
    {
        if (!File.Exists(table)) return null;
        var at = Path.GetFullPath(boot).TrimEnd('/');
        return File.ReadLines(table).Select(static line => line.Split(' '))
            .LastOrDefault(parts => parts.Length > 3 && parts[1] == at);
    }

    private void Remount(string how)
    {
        using var mount = Process.Start("mount", ["-o", "remount," + how, boot]);
        mount.WaitForExit();
        if (mount.ExitCode != 0) throw new IOException($"'{boot}' cannot be remounted {how}");
    }
}
