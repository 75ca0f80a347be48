using System.Globalization;
using System.Text.RegularExpressions;
using LightMq.Cli.Board;
using LightMq.Cli.Files;

namespace LightMq.Cli.Update;

/// <summary>What a bundle whose signature is good says of itself.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Compatible">What it is for.</param>
/// <param name="Version">Its version.</param>
/// <param name="StoreFormat">Highest format of the broker's store that the system in it reads; 0: it does not
/// say.</param>
internal sealed partial record Bundle(string Path, string Compatible, string Version, int StoreFormat)
{
    private const int PatienceSeconds = 120;

    /// <summary>
    /// Asks RAUC, which verifies the signature; null: <paramref name="problem"/> says why not.
    /// </summary>
    public static Bundle? Read(string path, out string problem)
    {
        problem = "";
        var result = Programs.Run("rauc", ["info", "--output-format=json", path], PatienceSeconds);
        var from = result.Output.IndexOf('{');
        if (result.Status != 0) problem = $"rauc refuses it: {result.Reason}";
        else if (from < 0 || JsonText.Read(result.Output[from..]) is not { } json)
            problem = "what rauc says of it is not understood";
        else if (!ImageVersion.IsVersion(BoxFacts.Text(json, "version")))
            problem = "it names no version";
        else
            return new Bundle(path, BoxFacts.Text(json, "compatible"), BoxFacts.Text(json, "version"),
                FormatIn(BoxFacts.Text(json, "description")));
        return null;
    }

    /// <summary>Why it must not be installed on this box; null: it may.</summary>
    /// <param name="facts">The box.</param>
    /// <param name="isForced">Whether an older one may be, whatever it reads.</param>
    public string? Refusal(BoxFacts facts, bool isForced)
    {
        if (Compatible != facts.Compatible)
            return $"it is for {Compatible}, and this box is {facts.Compatible}";
        if (isForced) return null;
        var order = ImageVersion.Compare(Version, facts.Version);
        if (order == 0) return $"version {Version} runs already; --force installs it all the same";
        if (facts.StoreFormat > 0 && StoreFormat > 0 && StoreFormat < facts.StoreFormat)
            return $"version {Version} reads stores up to format {StoreFormat}, and this box's store has "
                + "format "
                + $"{facts.StoreFormat}: its messages could not be read; --force installs it all the same";
        if (order < 0 && StoreFormat == 0)
            return $"version {Version} is older than {facts.Version} and does not say which stores it reads; "
                + "--force installs it all the same";
        return null;
    }

    private static int FormatIn(string description) => Format().Match(description) is { Success: true } found
        && int.TryParse(found.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture,
            out var format)
        ? format : 0;

    [GeneratedRegex(@"\bstore-format (\d+)\b")]
    private static partial Regex Format();
}
