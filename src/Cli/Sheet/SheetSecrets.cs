using System.Globalization;

namespace LightMq.Cli.Sheet;

/// <summary>
/// Secrets are on the card once: the box keeps them, takes their lines off the card, and fills them in again
/// where a later sheet leaves them out.
/// </summary>
internal static class SheetSecrets
{
    // What a secret is for: another one of these, and the kept secret does not fit.
    private static readonly (string Secret, string For)[] Fits =
        [("secret-key", "access-key"), ("enrolment-code", "app-server")];

    /// <summary>Whether a sheet holds any.</summary>
    public static bool HasAny(SettingsSheet sheet) => sheet.Entries.Any(static entry => entry.Key.IsSecret);

    /// <summary>The sheet with the secrets that it leaves out and <paramref name="kept"/> has.</summary>
    public static SettingsSheet Fill(SettingsSheet sheet, SettingsSheet kept)
    {
        foreach (var entry in kept.Entries.Where(static entry => entry.Key.IsSecret))
        {
            var owner = entry.Owner is null ? null
                : sheet.Entries.FirstOrDefault(other => IsSame(other, entry.Owner));
            if (entry.Owner is not null && owner is null) continue;
            if (sheet.Find(entry.Key.Name, owner) is not null) continue;
            var purpose = Fits.FirstOrDefault(pair => pair.Secret == entry.Key.Name).For;
            if (purpose is not null && sheet.Find(purpose)?.Value != kept.Find(purpose)?.Value) continue;
            sheet = sheet.Add(entry with { Owner = owner });
        }
        return sheet;
    }

    /// <summary>Puts hashes in the place of passwords of which only these are needed.</summary>
    /// <param name="sheet">The sheet, with its secrets.</param>
    /// <param name="kept">The sheet taken over last: a password that has not changed keeps its hash.</param>
    /// <param name="chance">Gives random bytes.</param>
    public static SettingsSheet Hash(SettingsSheet sheet, SettingsSheet kept, RandomBytes chance)
    {
        foreach (var entry in sheet.Entries.Where(static entry =>
            entry.Key.Name is "password" or "admin-password" && !IsReady(entry.Value)).ToArray())
        {
            var before = kept.Entries.FirstOrDefault(other => other.Key == entry.Key
                && (entry.Owner is null || (other.Owner is not null && IsSame(other.Owner, entry.Owner))));
            sheet = sheet.Replace(entry, before is not null && PasswordHash.Matches(before.Value, entry.Value)
                ? before.Value : PasswordHash.Make(entry.Value, chance));
        }
        return sheet;
    }

    /// <summary>The text with a comment in the place of each line that holds a secret.</summary>
    public static SheetText Clean(SheetText text, SettingsSheet sheet, DateTimeOffset now)
    {
        var lines = text.Lines.ToArray();
        var when = now.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        foreach (var entry in sheet.Entries.Where(static entry => entry.Key.IsSecret))
            foreach (var line in Enumerable.Range(entry.Line, entry.LastLine - entry.Line + 1)
                .Concat(entry.Repeats))
                lines[line - 1] = lines[line - 1] with
                {
                    Text = $"# {entry.Key.Name} =     was taken over and is kept in the box ({when} UTC "
                        + "by its clock). "
                        + "To change it, write the line anew.",
                };
        return text with { Lines = lines };
    }

    private static bool IsReady(string value) => PasswordHash.IsHash(value)
        || value.Equals("none", StringComparison.OrdinalIgnoreCase);

    private static bool IsSame(SheetEntry one, SheetEntry other) =>
        one.Key == other.Key && one.Value == other.Value;
}
