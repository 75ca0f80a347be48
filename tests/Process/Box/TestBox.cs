using System.Diagnostics;
using System.Text.Json;
using LightMq.Process.Broker;

namespace LightMq.Process.Box;

/// <summary>How a command of <c>lightmq</c> ended.</summary>
internal sealed record Ended(int Status, string Text);

/// <summary>
/// A box in a folder for the real <c>lightmq</c>, with scripts in the place of rauc, systemctl and mount. A
/// bundle is a file whose first line is BUNDLE; what follows is what rauc says of it.
/// </summary>
internal sealed class TestBox : IDisposable
{
    public const string Compatible = "lightmq-edge-arm64";

    private const string Rauc = """
        #!/bin/sh
        cd "$(dirname "$0")/.."
        echo "rauc $*" >> calls
        for last; do :; done
        case "$1 $2" in
            "status --output-format=json") cat slots.json ;;
            "status mark-good" | "status mark-bad") ;;
            "info --output-format=json")
                echo "rauc-Message: Reading bundle: $last" >&2
                if [ "$(head -n 1 "$last")" = BUNDLE ]; then tail -n +2 "$last"; exit 0; fi
                echo "Invalid bundle format: Invalid identifier" >&2; exit 1 ;;
            *) . ./install.sh ;;
        esac
        """;

    private const string InstallWell = """
        echo "installing"
        echo "  0% Installing"
        echo " 20% Determining slot states done."
        echo " 60% Copying image to rootfs.1"
        echo "100% Installing done."
        echo "Installing \`$last\` succeeded"
        """;

    private readonly Scratch _scratch = new();

    public TestBox(string version = "2026.11.26-1", string? sheet = null)
    {
        foreach (var folder in (string[])["bin", "card", "box/proc/self", "box/dev/disk/by-label", "box/data",
            "box/usr/lib/lightmq", "box/run/lightmq"]) Directory.CreateDirectory(_scratch[folder]);
        Script("rauc", Rauc);
        Script("systemctl", "#!/bin/sh\ncd \"$(dirname \"$0\")/..\"\necho \"systemctl $*\" >> calls\n"
            + "[ \"$1\" != is-active ] || { shift; for unit; do cat \"state-$unit\" 2>/dev/null || echo "
            + "active; done; }\n");
        Script("mount", "#!/bin/sh\ncd \"$(dirname \"$0\")/..\"\necho \"mount $*\" >> calls\nfor last; do "
            + ":; done\n"
            + "[ -d stick ] || { echo \"mount: no medium\" >&2; exit 32; }\ncp -a stick/. \"$last/\"\n");
        Script("umount", "#!/bin/sh\ncd \"$(dirname \"$0\")/..\"\necho \"umount $*\" >> calls\nfor last; "
            + "do :; done\n"
            + "rm -rf \"$last\"\n");
        Script("journalctl", "#!/bin/sh\necho '2026-11-26T08:00:00+0000 box kernel: mmc0: error'\n");
        this["install.sh"] = InstallWell;
        this["slots.json"] = SlotsOf("A", isOtherGood: false);
        this["box/proc/self/mountinfo"] = "36 35 254:4 / /data rw,noatime shared:1 - ext4 /dev/vda4 "
            + "rw,commit=30\n";
        File.CreateSymbolicLink(_scratch["box/dev/disk/by-label/lightmq-data"], "../../vda4");
        Version = version;
        if (sheet is null) return;
        this["card/lightmq.txt"] = sheet;
        if (Run("provision") is { Status: not 0 } ended) throw new InvalidOperationException(ended.Text);
    }

    public Scratch Scratch => _scratch;

    /// <summary>A file beside the box; empty: it is not there.</summary>
    public string this[string name]
    {
        get => File.Exists(_scratch[name]) ? File.ReadAllText(_scratch[name]) : "";
        set
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_scratch[name])!);
            File.WriteAllText(_scratch[name], value);
        }
    }

    /// <summary>Version of the system that runs.</summary>
    public string Version
    {
        set => this["box/usr/lib/lightmq/image.json"] =
            $$"""{ "version": "{{value}}", "compatible": "{{Compatible}}", "developmentKey": true }""";
    }

    /// <summary>What the scripts were called with.</summary>
    public string[] Calls => this["calls"].Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static string SlotsOf(string booted, bool isOtherGood)
    {
        var other = booted == "A" ? "B" : "A";
        return $$$"""
            {"compatible":"{{{Compatible}}}","variant":"","booted":"{{{booted}}}","boot_primary":null,
            "slots":[{"rootfs.1":{"class":"rootfs","type":"raw","bootname":"{{{other}}}","state":"inactive",
            "parent":null,"mountpoint":null,"boot_status":"{{{(isOtherGood ? "good" : "bad")}}}"}},
            {"rootfs.0":{"class":"rootfs","type":"raw","bootname":"{{{booted}}}","state":"booted",
            "parent":null,"mountpoint":null,"boot_status":"bad"}}]}
            """;
    }

    public static string BundleOf(
        string version, string compatible = Compatible, string description = "store-format 1") =>
        $$"""
        BUNDLE
        {"compatible":"{{compatible}}","version":"{{version}}","description":"{{description}}","build":"",
        "hooks":[],"images":[]}
        """;

    /// <summary>A member of a state file; empty: there is none.</summary>
    public string State(string file, string key)
    {
        if (this[file].Length == 0) return "";
        using var json = JsonDocument.Parse(this[file]);
        return json.RootElement.TryGetProperty(key, out var value) ? value.ToString() : "";
    }

    public Ended Run(params string[] arguments)
    {
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromSeconds(60)))
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"lightmq {string.Join(' ', arguments)} does not end");
        }
        return new Ended(process.ExitCode, output.Result + errors.Result);
    }

    public System.Diagnostics.Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Repository.PathOf("lightmq", "Cli"),
            [.. arguments, "--root", _scratch["box"], "--boot", _scratch["card"]])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        start.Environment["PATH"] = _scratch["bin"] + ":" + start.Environment["PATH"];
        return System.Diagnostics.Process.Start(start)!;
    }

    public void Dispose() => _scratch.Dispose();

    private void Script(string name, string text)
    {
        File.WriteAllText(_scratch["bin/" + name], text + "\n");
        File.SetUnixFileMode(_scratch["bin/" + name],
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
