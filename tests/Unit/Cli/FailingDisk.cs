using LightMq.Cli.Board;
using LightMq.Cli.Files;

namespace LightMq.Unit.Cli;

/// <summary>The power goes.</summary>
internal sealed class PowerCut() : Exception("the power went");

/// <summary>What of an operation has reached the disk when the power goes.</summary>
public enum CutAt
{
    /// <summary>Nothing.</summary>
    Before,
    /// <summary>A part: unfinished files, some of the bytes that were written over.</summary>
    Within,
    /// <summary>All of it.</summary>
    After,
}

/// <summary>A real folder whose power goes at the Nth thing that is changed.</summary>
/// <param name="cut">Changes until then, from 1.</param>
/// <param name="at">What has reached the disk of that one.</param>
internal sealed class FailingDisk(int cut, CutAt at) : IBoxDisk
{
    private readonly BoxDisk _disk = new(null);
    private int _changes;

    /// <summary>Whether the power went.</summary>
    public bool IsOff => _changes >= cut;

    public byte[]? Read(string path) => IsOff ? throw new PowerCut() : _disk.Read(path);

    public string? TargetOf(string path) => IsOff ? throw new PowerCut() : _disk.TargetOf(path);

    public IReadOnlyList<string> Names(string folder) => IsOff ? throw new PowerCut() : _disk.Names(folder);

    public void Write(string path, ReadOnlySpan<byte> bytes, Readers readers)
    {
        var copy = bytes.ToArray();
        Change(() => _disk.Write(path, copy, readers), () => Half(path + ".new", copy));
    }

    public void WriteCard(string path, ReadOnlySpan<byte> bytes)
    {
        var copy = bytes.ToArray();
        Change(() => _disk.WriteCard(path, copy), () => Half(path + "~", copy));
    }

    public void Overwrite(string path, ReadOnlySpan<byte> bytes)
    {
        var copy = bytes.ToArray();
        Change(() => _disk.Overwrite(path, copy), () =>
        {
            // Sectors reach the disk in any order.
            var there = File.ReadAllBytes(path);
            for (var i = 0; i < there.Length; i++)
                if (i / 64 % 2 == cut % 2) there[i] = copy[i];
            File.WriteAllBytes(path, there);
        });
    }

    public void Link(string path, string target) => Change(() => _disk.Link(path, target), () => { });

    public void Move(string from, string to) => Change(() => _disk.Move(from, to), () => { });

    public void Delete(string path) => Change(() => _disk.Delete(path), () => { });

    public void DeleteFolder(string path) => Change(() => _disk.DeleteFolder(path), () =>
    {
        if (!Directory.Exists(path)) return;
        foreach (var file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Take(2))
            File.Delete(file);
    });

    private static void Half(string path, byte[] bytes)
    {
        if (Directory.Exists(Path.GetDirectoryName(path)))
            File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
    }

    private void Change(Action whole, Action part)
    {
        if (IsOff) throw new PowerCut();
        if (++_changes < cut)
        {
            whole();
            return;
        }
        if (at == CutAt.Within) part();
        if (at == CutAt.After) whole();
        throw new PowerCut();
    }
}
