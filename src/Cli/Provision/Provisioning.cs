using System.Text;
using LightMq.Cli.Board;
using LightMq.Cli.Files;
using LightMq.Cli.Settings;
using LightMq.Cli.Sheet;

namespace LightMq.Cli.Provision;

/// <summary>
/// Takes a sheet over. The order makes it safe to lose the power anywhere: first the sheet with its secrets is
/// durable on the data partition, then the files made of it, and only then the secrets leave the card.
/// Whatever was not done is done at the next start.
/// </summary>
/// <param name="paths">Where things are.</param>
/// <param name="disk">File systems.</param>
/// <param name="card">The card.</param>
/// <param name="chance">Gives random bytes.</param>
/// <param name="time">The clock.</param>
internal sealed class Provisioning(
    BoxPaths paths, IBoxDisk disk, Card card, RandomBytes chance, TimeProvider time)
{
    /// <summary>Does what there is to do.</summary>
    /// <exception cref="IOException">The box's own disk refuses; nothing is lost.</exception>
    public ProvisionReport Run()
    {
        var mistakes = new List<Mistake>();
        var kept = ReadKept();
        var (sheet, note) = FindSheet(mistakes);
        var text = sheet is null ? null : ReadText(sheet, mistakes);
        var written = text is null ? null
            : PemReader.Resolve(SheetReader.Read(text, mistakes), card.ReadBeside, mistakes);
        var wanted = written is null ? null : Check(written, kept ?? SettingsSheet.Empty, mistakes);
        var hasChanged = false;
        if (wanted is not null)
        {
            wanted = SheetSecrets.Hash(wanted, kept ?? SettingsSheet.Empty, chance);
            hasChanged = Keep(wanted);
        }
        hasChanged |= Apply(wanted ?? kept);
        var outcome = mistakes.Count > 0 ? ProvisionOutcome.Mistakes
            : wanted is null && kept is not { Entries.Count: > 0 } ? ProvisionOutcome.Unprovisioned
            : ProvisionOutcome.Ready;
        var report = new ProvisionReport(outcome, hasChanged, mistakes, note);
        return WriteCard(report, sheet, text, wanted is null ? null : written);
    }

    /// <summary>The sheet that was taken over last; empty: none was; null: it cannot be read.</summary>
    private SettingsSheet? ReadKept()
    {
        if (disk.Read(paths.Kept) is not { } bytes) return SettingsSheet.Empty;
        var mistakes = new List<Mistake>();
        var sheet = SheetText.Read(bytes, out _) is { } text ? SheetReader.Read(text, mistakes) : null;
        return mistakes.Count == 0 ? sheet : null;
    }

    private (CardSheet? Sheet, string Note) FindSheet(List<Mistake> mistakes)
    {
        try
        {
            return (card.Find(mistakes), "");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            return (null, $"the card cannot be read: {wrong.Message}");
        }
    }

    private static SheetText? ReadText(CardSheet sheet, List<Mistake> mistakes)
    {
        var text = SheetText.Read(sheet.Bytes, out var complaint);
        if (text is null) mistakes.Add(new Mistake(0, $"{sheet.Name} {complaint}"));
        return text;
    }

    /// <summary>The sheet with all its secrets; null: it has mistakes.</summary>
    private SettingsSheet? Check(SettingsSheet sheet, SettingsSheet kept, List<Mistake> mistakes)
    {
        // An empty sheet is none; the box stays what it is.
        if (sheet.Entries.Count == 0) return null;
        var full = SheetSecrets.Fill(sheet, kept);
        _ = BoxReader.Read(full, paths.Zones, mistakes);
        return mistakes.Count == 0 ? full : null;
    }

    private bool Keep(SettingsSheet sheet)
    {
        var bytes = Encoding.UTF8.GetBytes(sheet.ToText());
        if (disk.Read(paths.Kept) is { } there && there.AsSpan().SequenceEqual(bytes)) return false;
        disk.Write(paths.Kept, bytes, Readers.Root);
        return true;
    }

    private bool Apply(SettingsSheet? sheet)
    {
        // What holds cannot be read, so that its files stay as they are.
        if (sheet is null) return false;
        var mistakes = new List<Mistake>();
        var settings = BoxReader.Read(sheet, paths.Zones, mistakes);
        if (mistakes.Count > 0) return false;
        var local = LocalUsers.Of(ReadSecret, chance);
        return new FileLedger(paths, disk).Bring(
            BoxFiles.Make(settings, local), overwrites: sheet.Entries.Count > 0);
    }

    private string? ReadSecret(string path)
    {
        if (disk.Read(paths.At(path)) is not { } bytes) return null;
        var line = Encoding.UTF8.GetString(bytes).Split('\n')[0].Trim();
        return line.Length > 0 ? line : null;
    }

    private ProvisionReport WriteCard(
        ProvisionReport report, CardSheet? sheet, SheetText? text, SettingsSheet? taken)
    {
        try
        {
            if (taken is not null && SheetSecrets.HasAny(taken))
                card.Clean(sheet!, SheetSecrets.Clean(text!, taken, time.GetUtcNow()));
            if (report.Note.Length == 0) card.Show(Card.ErrorsName, report.ErrorsPage());
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            report = report with { Note = $"the card cannot be written: {wrong.Message}" };
        }
        disk.Write(paths.ProvisionState, Encoding.UTF8.GetBytes(report.Json()), Readers.All);
        return report;
    }
}
