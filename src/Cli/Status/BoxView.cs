using System.Globalization;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using LightMq.Cli.Board;
using LightMq.Cli.Files;
using LightMq.Cli.Health;
using LightMq.Service;

namespace LightMq.Cli.Status;

/// <summary>What there is to know of a box at one moment: names and texts, in the order of reading.</summary>
/// <param name="paths">Where things are.</param>
/// <param name="time">The clock.</param>
internal sealed class BoxView(BoxPaths paths, TimeProvider time)
{
    private readonly BoxFacts _facts = new(paths);

    /// <summary>For the card: what does not change from minute to minute.</summary>
    public IEnumerable<(string Name, string Text)> ForCard()
    {
        foreach (var line in Who()) yield return line;
        yield return ("addresses", Join(Addresses()));
        yield return ("listeners", Join(Listeners()));
        yield return ("certificate", Fingerprint() is { } print ? $"SHA-256 {print}" : "none yet");
        yield return ("lightmq.txt", Provision());
        if (LastUpdate() is { } update) yield return ("last update", update);
    }

    /// <summary>For a person at the box.</summary>
    public IEnumerable<(string Name, string Text)> ForEngineer()
    {
        foreach (var line in Who()) yield return line;
        var slots = Slots.Ask();
        yield return ("slot", slots.AreThere ? slots.Booted : "none");
        yield return ("addresses", Join(Addresses()));
        yield return ("listeners", Join(Listeners()));
        yield return ("certificate", Fingerprint() is { } print ? $"SHA-256 {print}" : "none yet");
        yield return ("lightmq.txt", Provision());
        yield return ("broker", BrokerPing.Try(paths) ?? "answers");
        yield return ("uplink", Uplink());
        yield return ("disk", Disk());
        yield return ("clock",
            time.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC, "
            + (KernelClock.IsSynchronized() ? "set from the network" : "not set from the network"));
        if (LastUpdate() is { } update) yield return ("last update", update);
        foreach (var error in Errors()) yield return ("error", error);
    }

    /// <summary>The same in JSON.</summary>
    public static string Json(IEnumerable<(string Name, string Text)> lines)
    {
        var json = new JsonObject();
        foreach (var same in lines.GroupBy(static line => line.Name))
            if (same.Key != "error") json[same.Key] = same.First().Text;
            else json["errors"] = JsonText.List(same.Select(static line => line.Text));
        return JsonText.Of(json);
    }

    /// <summary>The same as a page.</summary>
    public static string Page(IEnumerable<(string Name, string Text)> lines) =>
        string.Concat(lines.Select(static line => $"{line.Name + ":",-14}{line.Text}\n"));

    private IEnumerable<(string, string)> Who()
    {
        yield return ("name", (BoxFacts.Line(paths.At("/etc/hostname")) ?? "") + ".local");
        var clientId = BoxFacts.Text(_facts.Box, "clientId");
        yield return ("gateway", clientId.Length > 0 ? clientId : "no");
        yield return ("version", _facts.Version.Length == 0 ? "no image of LightMq"
            : _facts.Version + (_facts.IsDevelopment ? " (signed with a development key: anybody may "
                + "update it)" : ""));
    }

    private static IEnumerable<string> Addresses()
    {
        try
        {
            return [.. AllAddresses()];
        }
        catch (NetworkInformationException wrong)
        {
            return [$"not known: {wrong.Message}"];
        }
    }

    private static IEnumerable<string> AllAddresses() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(static card => card.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(static card => card.GetIPProperties().UnicastAddresses
            .Where(static address => address.Address.AddressFamily == AddressFamily.InterNetwork
                || !address.Address.IsIPv6LinkLocal)
            .Select(address => $"{address.Address} ({card.Name})"));

    private IEnumerable<string> Listeners() => (_facts.Box?["listeners"] as JsonArray ?? [])
        .OfType<JsonValue>().Select(static value => value.GetValue<string>());

    private string? Fingerprint()
    {
        if (_facts.CertificatePath is not { } path) return null;
        var text = File.ReadAllText(path);
        if (!PemEncoding.TryFind(text, out var fields)) return null;
        var bytes = Convert.FromBase64String(text[fields.Base64Data]);
        return string.Join(':',
            SHA256.HashData(bytes).Select(static one => one.ToString("X2", CultureInfo.InvariantCulture)));
    }

    private string Provision()
    {
        if (_facts.Provision is not { } report) return "nobody has looked for it since the start";
        var mistakes = (report["mistakes"] as JsonArray)?.Count ?? 0;
        var text = BoxFacts.Text(report, "state") switch
        {
            "ready" => "taken over",
            "unprovisioned" => "there is none yet",
            "mistakes" => $"{mistakes} mistakes, see lightmq-errors.txt; the one before holds",
            _ => "could not be taken over",
        };
        var note = BoxFacts.Text(report, "note");
        return note.Length > 0 ? $"{text} ({note})" : text;
    }

    private string Uplink()
    {
        if (!_facts.HasCentral) return "no central";
        if (_facts.Uplink is not { } status) return "says nothing";
        var reason = BoxFacts.Text(status, "reason");
        var waiting = status["backlog"]?["messages"]?.ToString() ?? "?";
        return $"{BoxFacts.Text(status, "state")}{(reason.Length > 0 ? $" ({reason})" : "")}, {waiting} "
            + "messages wait, "
            + BoxFacts.Text(status, "address");
    }

    private string Disk()
    {
        if (File.Exists(paths.NoData)) return "the data partition is not there; nothing is kept";
        var data = paths.At("/data");
        if (!Directory.Exists(data)) return "there is no data partition";
        var drive = new DriveInfo(data);
        return $"{drive.AvailableFreeSpace >> 20} of {drive.TotalSize >> 20} MiB free";
    }

    private string? LastUpdate() => BoxFacts.Json(paths.UpdateResult) is { } result
        ? $"{BoxFacts.Text(result, "state")}: {BoxFacts.Text(result, "message")}" : null;

    private static string[] Errors()
    {
        var journal = Programs.Run(
            "journalctl", ["-p", "err", "-n", "5", "-b", "-q", "--no-pager", "-o", "short-iso"], 20);
        return journal.Status != 0 ? [] : journal.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string Join(IEnumerable<string> texts) =>
        string.Join(", ", texts) is { Length: > 0 } all ? all : "none";
}
