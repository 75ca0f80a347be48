using System.Text.Json;
using LightMq.Process.Broker;

namespace LightMq.Process.Chain;

/// <summary>An uplink with its state directory, which outlives its process.</summary>
internal sealed class UplinkSite : IDisposable
{
    private readonly Scratch _scratch = new();
    private ProgramProcess? _process;

    /// <summary>One that logs in by signature.</summary>
    /// <param name="localPort">Of the edge broker.</param>
    /// <param name="centralPort">Of the central, or of a proxy before it.</param>
    /// <param name="central">More keys of its section Central, in the place of the login.</param>
    /// <param name="sections">More sections.</param>
    /// <param name="certificate">Whom TLS to the central trusts; null: no TLS.</param>
    public UplinkSite(int localPort, int centralPort, string? central = null, string sections = "",
        string? certificate = null)
    {
        File.WriteAllText(_scratch["secret"], CentralSite.Secret + "\n");
        File.SetUnixFileMode(_scratch["secret"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        central ??= $$"""
            "Login": "signature", "User": "{{CentralSite.Key}}", "SecretFile": "{{_scratch["secret"]}}"
            """;
        File.WriteAllText(_scratch["uplink.json"], $$"""
            {
              "ClientId": "{{EdgeSite.Uplink}}",
              "Local": { "Address": "127.0.0.1:{{localPort}}" },
              "Central": {
                "Addresses": [ "{{(certificate is null ? "tcp" : "tls")}}://127.0.0.1:{{centralPort}}" ],
                "CA": "{{certificate}}",
                "BackoffMilliseconds": 100, "BackoffMillisecondsMax": 1000,
                {{central.Replace("SECRET", _scratch["secret"])}}
              },
              {{sections.Replace("SECRET", _scratch["secret"])}}
              "State": { "Directory": "{{_scratch["state"]}}", "StatusFile": "{{_scratch["status.json"]}}" },
              "Clock": { "Trust": "always" }
            }
            """);
    }

    public ProgramProcess Process => _process!;

    public string this[string name] => _scratch[name];

    public void Start()
    {
        _process?.Dispose();
        _process = ProgramProcess.Start("lightmq-uplink", "Uplink", "--config", _scratch["uplink.json"]);
    }

    /// <summary>What the status file says, as JSON; an empty object before it is there.</summary>
    public JsonElement Status()
    {
        var text = File.Exists(_scratch["status.json"]) ? File.ReadAllText(_scratch["status.json"]) : "{}";
        using var json = JsonDocument.Parse(text);
        return json.RootElement.Clone();
    }

    public void Dispose()
    {
        _process?.Dispose();
        _scratch.Dispose();
    }
}
