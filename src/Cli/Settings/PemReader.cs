using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LightMq.Cli.Sheet;

namespace LightMq.Cli.Settings;

/// <summary>Certificates of authorities in a sheet.</summary>
internal static class PemReader
{
    private const string Begin = "-----BEGIN";

    /// <summary>The certificates of a key in PEM, checked; empty: none.</summary>
    public static string Read(SheetFacts facts, string key)
    {
        if (facts.Sheet.Find(key) is not { } entry) return "";
        try
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPem(entry.Value);
            if (all.Count > 0) return entry.Value + "\n";
            facts.Wrong(entry.Line, $"{key}: there is no certificate in it; it takes one that begins with "
                + "-----BEGIN CERTIFICATE-----");
        }
        catch (CryptographicException)
        {
            facts.Wrong(entry.Line, $"{key}: the certificate is damaged; copy it anew, from -----BEGIN "
                + "CERTIFICATE----- to -----END CERTIFICATE-----");
        }
        return "";
    }

    /// <summary>Puts the text of certificates in the place of the names of files beside the sheet.</summary>
    /// <param name="sheet">The sheet.</param>
    /// <param name="read">Gives the bytes of a file beside it, in whatever case of letters; null: none.</param>
    /// <param name="mistakes">Where mistakes go.</param>
    public static SettingsSheet Resolve(
        SettingsSheet sheet, Func<string, byte[]?> read, List<Mistake> mistakes)
    {
        foreach (var entry in sheet.Entries.Where(static entry =>
            entry.Key.Name is "central-ca" or "server-ca" && !entry.Value.StartsWith(Begin, StringComparison.Ordinal)
            && !entry.Value.Equals("system", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            var bytes = entry.Value.AsSpan().ContainsAny('/', '\\') ? null : read(entry.Value);
            if (bytes is null)
                mistakes.Add(new Mistake(entry.Line, $"{entry.Key.Name}: there is no file '{entry.Value}' beside "
                    + "lightmq.txt; copy it there, or write the certificate itself, from -----BEGIN CERTIFICATE----- "
                    + "to -----END CERTIFICATE-----"));
            sheet = sheet.Replace(entry, bytes is null ? Begin : TextOf(bytes));
        }
        return sheet;
    }

    // Some tools write the bytes of a certificate without PEM around them.
    private static string TextOf(byte[] bytes)
    {
        if (bytes is [0x30, ..]) return PemEncoding.WriteString("CERTIFICATE", bytes);
        var text = SheetText.Read(bytes, out _);
        if (text is null) return Begin;
        return string.Join('\n', text.Lines.Select(static line => SheetValue.Trim(line.Text))
            .Where(static line => line.Length > 0));
    }
}
