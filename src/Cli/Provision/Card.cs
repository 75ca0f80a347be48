using System.Text;
using LightMq.Cli.Board;
using LightMq.Cli.Sheet;

namespace LightMq.Cli.Provision;

/// <summary>The sheet as it lies on the card.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="Bytes">Its bytes.</param>
internal sealed record CardSheet(string Name, byte[] Bytes);

/// <summary>
/// The partition that a laptop can read: the sheet, what is wrong with it, and what the box says of itself.
/// </summary>
/// <param name="boot">Where it is mounted.</param>
/// <param name="disk">File systems.</param>
/// <param name="mount">Makes it writable for a moment.</param>
internal sealed class Card(string boot, IBoxDisk disk, ICardMount mount)
{
    /// <summary>What the person wrote is wrong.</summary>
    public const string ErrorsName = "lightmq-errors.txt";
    /// <summary>What the box knows of itself.</summary>
    public const string StatusName = "lightmq-status.txt";

    private const string SheetName = "lightmq.txt";
    // The sheet without its secrets, while the old one is wiped; and what wipes it, which is in no text.
    private const string CleanName = "lightmq.new";
    private const byte Wipe = 0x01;
    private const int WipedRun = 16;

    private static readonly string[] Names = [SheetName, "lightmq.txt.txt", "lightmq"];

    /// <summary>Finds the sheet; null: there is none.</summary>
    /// <param name="mistakes">Gets a line where there are several.</param>
    /// <exception cref="IOException">The card cannot be read.</exception>
    public CardSheet? Find(List<Mistake> mistakes)
    {
        mount.Check();
        var names = disk.Names(boot);
        var sheets = names.Where(static name => Names.Contains(name.ToLowerInvariant())).ToList();
        if (sheets.Count > 1)
            mistakes.Add(new Mistake(0, $"there are several files: {string.Join(" and ", sheets)}. Leave "
                + "the one "
                + "that counts, and delete the others"));
        var sheet = sheets.Count == 1 ? new CardSheet(sheets[0], disk.Read(At(sheets[0])) ?? []) : null;
        if (names.Contains(CleanName) && sheets.Count < 2) sheet = Finish(sheet);
        return sheet;
    }

    /// <summary>A file beside the sheet, in whatever case of letters; null: there is none.</summary>
    public byte[]? ReadBeside(string name) =>
        disk.Names(boot).FirstOrDefault(there => there.Equals(name, StringComparison.OrdinalIgnoreCase))
            is { } found ? disk.Read(At(found)) : null;

    /// <summary>
    /// Puts the sheet without its secrets in the place of the sheet, whose bytes are wiped where they lie: a
    /// new file alone would leave them on the card.
    /// </summary>
    public void Clean(CardSheet sheet, SheetText clean) => Write(() =>
    {
        disk.WriteCard(At(CleanName), clean.ToBytes());
        WipeAndMove(sheet);
    });

    /// <summary>Makes a page say this; null: removes it. Writes only what differs.</summary>
    public void Show(string name, string? text)
    {
        mount.Check();
        var there = disk.Read(At(name));
        var bytes = text is null ? null : Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));
        if (bytes is null ? there is null : there is not null && bytes.AsSpan().SequenceEqual(there)) return;
        Write(() =>
        {
            if (bytes is null) disk.Delete(At(name));
            else disk.WriteCard(At(name), bytes);
        });
    }

    // The power went while a sheet was being replaced. A whole one may be newer than what we made of it.
    private CardSheet? Finish(CardSheet? sheet)
    {
        if (sheet is not null && !IsWiped(sheet.Bytes))
        {
            Write(() => disk.Delete(At(CleanName)));
            return sheet;
        }
        sheet ??= new CardSheet(SheetName, []);
        var clean = disk.Read(At(CleanName)) ?? [];
        Write(() => WipeAndMove(sheet));
        return sheet with { Bytes = clean };
    }

    private void WipeAndMove(CardSheet sheet)
    {
        if (sheet.Bytes.Length > 0)
            disk.Overwrite(At(sheet.Name), Enumerable.Repeat(Wipe, sheet.Bytes.Length).ToArray());
        disk.Move(At(CleanName), At(sheet.Name));
    }

    private static bool IsWiped(ReadOnlySpan<byte> bytes)
    {
        Span<byte> run = stackalloc byte[WipedRun];
        run.Fill(Wipe);
        return bytes.IsEmpty || bytes.IndexOf(run) >= 0
            || (bytes.Length < WipedRun && bytes.Contains(Wipe));
    }

    private void Write(Action write)
    {
        mount.MakeWritable();
        try
        {
            write();
        }
        finally
        {
            mount.MakeReadOnly();
        }
    }

    private string At(string name) => Path.Combine(boot, name);
}
