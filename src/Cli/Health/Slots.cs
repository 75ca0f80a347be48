using System.Text;
using System.Text.Json.Nodes;
using LightMq.Cli.Board;
using LightMq.Cli.Files;

namespace LightMq.Cli.Health;

/// <summary>The two slots of the system, as RAUC and our own book know them.</summary>
/// <param name="Booted">Name of the one that runs; empty: there are no slots here.</param>
/// <param name="IsOtherGood">Whether the other one would start.</param>
/// <param name="Problem">Why RAUC does not say; empty: it does.</param>
internal sealed record Slots(string Booted, bool IsOtherGood, string Problem)
{
    /// <summary>Whether this is a system with slots.</summary>
    public bool AreThere => Booted.Length > 0;

    /// <summary>Asks RAUC.</summary>
    public static Slots Ask()
    {
        var result = Programs.Run("rauc", ["status", "--output-format=json"]);
        if (result.Status != 0) return new Slots("", false, result.Reason);
        // Warnings may stand before it.
        var from = result.Output.IndexOf('{');
        if (from < 0 || JsonText.Read(result.Output[from..]) is not { } json)
            return new Slots("", false, "rauc status is not understood");
        var booted = BoxFacts.Text(json, "booted");
        var isOtherGood = false;
        foreach (var entry in (json["slots"] as JsonArray ?? []).OfType<JsonObject>())
            foreach (var (_, slot) in entry)
                isOtherGood |= slot is JsonObject there
                    && BoxFacts.Text(there, "bootname") is { Length: > 0 } name
                    && name != booted && BoxFacts.Text(there, "boot_status") == "good";
        return new Slots(booted, isOtherGood, booted.Length > 0 ? "" : "rauc status names no booted slot");
    }

    /// <summary>
    /// Whether a version has proved itself in the slot that runs. The boot loader cannot tell: to it each
    /// start is a trial until it is called good.
    /// </summary>
    public bool IsProven(BoxPaths paths, string version) =>
        version.Length > 0 && BoxFacts.Text(BoxFacts.Json(paths.Slots), Booted) == version;

    /// <summary>Whether the boot loader gives the slot that runs one try only.</summary>
    public bool IsOnTrial(BoxPaths paths) => Booted.Length > 0 && File.Exists(paths.BootMemory)
        && File.ReadAllText(paths.BootMemory).Split('\n').Contains($"TRIAL={Booted}");

    /// <summary>Notes that it has.</summary>
    public void Prove(BoxPaths paths, IBoxDisk disk, string version)
    {
        if (IsProven(paths, version)) return;
        var book = BoxFacts.Json(paths.Slots) ?? [];
        book[Booted] = version;
        disk.Write(paths.Slots, Encoding.UTF8.GetBytes(JsonText.Of(book)), Readers.All);
    }
}
