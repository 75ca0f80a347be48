using System.Text;
using LightMq.Cli.Board;
using LightMq.Cli.Provision;
using LightMq.Cli.Sheet;

namespace LightMq.Unit.Cli;

/// <summary>A box in a folder, with its card.</summary>
internal sealed class BoxRig : IDisposable
{
    /// <summary>What is enough for a gateway.</summary>
    public const string Gateway = """
        group = GID_plant
        device = gateway7
        central = central.example
        access-key = my-key
        secret-key = my-secret
        upward = plant/#
        """;

    private const string Memory = "/dev/shm";

    private readonly string _folder;
    private static int s_boxes;
    private int _chance;

    public BoxRig()
    {
        // Thousands of boxes are made; a disk's syncs would tell nothing here.
        var name = $"lightmq-box-{Environment.ProcessId}-{Interlocked.Increment(ref s_boxes)}";
        _folder = Directory.Exists(Memory) ? Path.Combine(Memory, name)
            : Directory.CreateTempSubdirectory("lightmq-box-").FullName;
        Paths = new BoxPaths(Path.Combine(_folder, "root"), Path.Combine(_folder, "card"));
        Directory.CreateDirectory(Paths.Root);
        Directory.CreateDirectory(Paths.Boot);
    }

    public BoxPaths Paths { get; }

    public TestMount Mount { get; } = new();

    public string SheetPath => Path.Combine(Paths.Boot, "lightmq.txt");

    /// <summary>
    /// What lies on the card, or on the box where the path begins with a slash; empty: nothing.
    /// </summary>
    public string this[string path]
    {
        get
        {
            var at = path.StartsWith('/') ? Paths.At(path) : Path.Combine(Paths.Boot, path);
            return File.Exists(at) ? File.ReadAllText(at) : "";
        }
    }

    public void Write(string sheet) => File.WriteAllText(SheetPath, sheet);

    public ProvisionReport Run(IBoxDisk? disk = null)
    {
        disk ??= new BoxDisk(null);
        FactoryReset.FinishIfAsked(Paths, disk);
        return new Provisioning(
            Paths, disk, new Card(Paths.Boot, disk, Mount), Fill, TimeProvider.System).Run();
    }

    public ProvisionReport Run(string sheet)
    {
        Write(sheet);
        return Run();
    }

    /// <summary>All files of the box with their contents.</summary>
    public IReadOnlyDictionary<string, string> Files() =>
        Directory.EnumerateFiles(Paths.Root, "*", SearchOption.AllDirectories)
            .Where(static path => new FileInfo(path).LinkTarget is null && !path.Contains("/run/"))
            .ToDictionary(path => path[Paths.Root.Length..], File.ReadAllText);

    /// <summary>All bytes on the card as text, whatever they are.</summary>
    public string CardBytes() => string.Concat(Directory.EnumerateFiles(Paths.Boot)
        .Select(static path => Encoding.Latin1.GetString(File.ReadAllBytes(path))));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Other bytes each time, the same in each run.
    private void Fill(Span<byte> bytes) => new Random(_chance++).NextBytes(bytes);

    /// <summary>Reads a sheet and gives its mistakes.</summary>
    public static IReadOnlyList<Mistake> MistakesOf(string sheet)
    {
        var mistakes = new List<Mistake>();
        var read = SheetReader.Read(sheet, mistakes);
        _ = LightMq.Cli.Settings.BoxReader.Read(read, "/nowhere", mistakes);
        return mistakes;
    }
}

/// <summary>A card that is written only while it is let be.</summary>
internal sealed class TestMount : ICardMount
{
    public bool IsStuck { get; set; }

    public bool IsWritable { get; private set; }

    public int Times { get; private set; }

    public bool IsMissing { get; set; }

    public void Check()
    {
        if (IsMissing) throw new IOException("nothing is mounted there");
    }

    public void MakeWritable()
    {
        if (IsStuck) throw new IOException("the switch of the card is on");
        IsWritable = true;
        Times++;
    }

    public void MakeReadOnly() => IsWritable = false;
}
