using LightMq.Process.Broker;

namespace LightMq.Process.Chain;

/// <summary>An edge broker with its data directory; its port stays over restarts.</summary>
internal sealed class EdgeSite : IDisposable
{
    public const string Uplink = "GID_gate@@@1";

    private readonly Scratch _scratch = new();
    private ProgramProcess? _process;

    public EdgeSite(string sections = "")
    {
        File.WriteAllText(_scratch["lightmq.json"], $$"""
            {
              "Store": { "Directory": "{{_scratch["data"]}}" },
              "Clock": { "Trust": "always" },
              {{sections}}
              "Lmq": { "Topics": [ "GID_plant_MQTT" ] },
              "Bridges": [ {
                "ClientId": "{{Uplink}}", "Filters": [ "plant/#", "GID_plant_MQTT" ],
                "Sensors": { "Group": "GID_sensors", "Topics": [] }
              } ]
            }
            """);
    }

    public int Port { get; private set; }

    public ProgramProcess Process => _process!;

    public string Data => _scratch["data"];

    public void Start(params string[] options)
    {
        _process?.Dispose();
        _process = ProgramProcess.Start("lightmq-edgebroker", "EdgeBroker",
            ["--config", _scratch["lightmq.json"], "--listen", $"127.0.0.1:{Port}", "--dialect", "plain",
                .. options]);
        Port = _process.PortOf("ready tcp");
    }

    public void Dispose()
    {
        _process?.Dispose();
        _scratch.Dispose();
    }
}
