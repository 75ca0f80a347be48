using System.Text;
using LightMq.Cli.Board;
using LightMq.Cli.Files;
using LightMq.Cli.Settings;
using LightMq.Cli.Sheet;

namespace LightMq.Cli.Provision;

/// <summary>
/// Takes a sheet over. The order makes it safe to lose the power anywhere: first the sheet with its secrets
/// is durable on the data partition, then the files made of it, and only then the secrets leave the card.
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
        var notes = new List<string>();
        var sheet = FindSheet(mistakes, notes);
        var isCardRead = notes.Count == 0;
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
        hasChanged |= Apply(wanted ?? kept, notes);
        var outcome = mistakes.Count > 0 ? ProvisionOutcome.Mistakes
            : wanted is null && kept is not { Entries.Count: > 0 } ? ProvisionOutcome.Unprovisioned
            : ProvisionOutcome.Ready;
        var report = new ProvisionReport(outcome, hasChanged, mistakes, string.Join("; ", notes));
        var clean = wanted is null || !SheetSecrets.HasAny(written!) ? null
            : SheetSecrets.Clean(text!, written!, time.GetUtcNow());
        report = WriteCard(report, sheet, clean, isCardRead);
        disk.Write(paths.ProvisionState, Encoding.UTF8.GetBytes(report.Json()), Readers.All);
        return report;
    }

    /// <summary>The sheet that was taken over last; empty: none was; null: it cannot be read.</summary>
    private SettingsSheet? ReadKept()
    {
        if (disk.Read(paths.Kept) is not { } bytes) return SettingsSheet.Empty;
        var mistakes = new List<Mistake>();
        var sheet = SheetText.Read(bytes, out _) is { } text ? SheetReader.Read(text, mistakes) : null;
        return mistakes.Count == 0 ? sheet : null;
    }

    private CardSheet? FindSheet(List<Mistake> mistakes, List<string> notes)
    {
        try
        {
            return card.Find(mistakes);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            notes.Add($"the card cannot be read: {wrong.Message}");
            return null;
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

    private bool Apply(SettingsSheet? sheet, List<string> notes)
    {
        // What holds cannot be read, so that its files stay as they are.
        if (sheet is null) return false;
        var mistakes = new List<Mistake>();
        var settings = BoxReader.Read(sheet, paths.Zones, mistakes);
        if (mistakes.Count > 0) return false;
        var local = LocalUsers.Of(ReadSecret, chance);
        return new FileLedger(paths, disk).Bring(
            BoxFiles.Make(settings, local), overwrites: sheet.Entries.Count > 0, notes);
    }

    private string? ReadSecret(string path)
    {
        if (disk.Read(paths.At(path)) is not { } bytes) return null;
        var line = Encoding.UTF8.GetString(bytes).Split('\n')[0].Trim();
        return line.Length > 0 ? line : null;
    }

    private ProvisionReport WriteCard(
        ProvisionReport report, CardSheet? sheet, SheetText? clean, bool isCardRead)
    {
        // What was taken over is gone at the next start: the card alone has it, and may miss what it gave
        // away.
        var why = BoxFacts.Line(paths.NoData);
        if (why is not null) report = report.With($"nothing is kept on the box: {why}");
        try
        {
            if (why is null && clean is not null) card.Clean(sheet!, clean);
            // Where nobody could look, what was wrong may still be.
            if (isCardRead || report.Mistakes.Count > 0) card.Show(Card.ErrorsName, report.ErrorsPage());
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            report = report.With($"the card cannot be written: {wrong.Message}");
        }
        return report;
    }
}
