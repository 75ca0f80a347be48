using System.Text;
using System.Text.Json.Nodes;
using LightMq.Cli.Files;
using LightMq.Cli.Sheet;

namespace LightMq.Cli.Provision;

/// <summary>How provisioning went.</summary>
internal enum ProvisionOutcome
{
    /// <summary>
    /// The sheet was taken over, now or before; or the last one holds, because there is none.
    /// </summary>
    Ready,
    /// <summary>Nobody has ever said anything of this box.</summary>
    Unprovisioned,
    /// <summary>The sheet has mistakes; the last good one holds.</summary>
    Mistakes,
    /// <summary>Nothing could be written.</summary>
    Failed,
}

/// <summary>What the light, the status page and the exit status are made of.</summary>
/// <param name="Outcome">In one word.</param>
/// <param name="HasChanged">Whether the box is another one than before.</param>
/// <param name="Mistakes">What is wrong with the sheet.</param>
/// <param name="Note">What else is to be said: the card, a file that was changed; empty: nothing.</param>
internal sealed record ProvisionReport(
    ProvisionOutcome Outcome, bool HasChanged, IReadOnlyList<Mistake> Mistakes, string Note)
{
    /// <summary>The outcome's word in <c>/run/lightmq/provision.json</c>.</summary>
    public string Word => Outcome switch
    {
        ProvisionOutcome.Ready => "ready",
        ProvisionOutcome.Unprovisioned => "unprovisioned",
        ProvisionOutcome.Mistakes => "mistakes",
        _ => "failed",
    };

    /// <summary>With one more thing to be said.</summary>
    public ProvisionReport With(string note) =>
        this with { Note = Note.Length > 0 ? $"{Note}; {note}" : note };

    /// <summary>The page for the person with the card; null: there is nothing wrong.</summary>
    public string? ErrorsPage()
    {
        if (Mistakes.Count == 0) return null;
        var count = Mistakes.Count == 1 ? "is 1 mistake" : $"are {Mistakes.Count} mistakes";
        var page = new StringBuilder($"""
            lightmq.txt was not taken over: there {count} in it.
            The box goes on with what it had before. Mend what stands below, save the file,
            put the card back and start the box. This page goes away once all is well.


            """);
        foreach (var mistake in Mistakes.OrderBy(static mistake => mistake.Line))
            page.Append(mistake.Line == 0 ? "Whole file: " : $"Line {mistake.Line}: ")
                .AppendLine(mistake.Text);
        return page.ToString();
    }

    /// <summary>The state for other programs.</summary>
    public string Json()
    {
        var list = new JsonArray();
        foreach (var mistake in Mistakes)
            list.Add((JsonNode)new JsonObject { ["line"] = mistake.Line, ["text"] = mistake.Text });
        return JsonText.Of(new JsonObject
        {
            ["state"] = Word, ["changed"] = HasChanged, ["note"] = Note, ["mistakes"] = list,
        });
    }
}
