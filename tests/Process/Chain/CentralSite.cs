using LightMq.Lmq;
using LightMq.Process.Broker;

namespace LightMq.Process.Chain;

/// <summary>A central with its data directory, which outlives its process.</summary>
internal sealed class CentralSite : IDisposable
{
    public const string Secret = "secret of the central's key", Key = "AK";
    public const int Partitions = 4;
    public const string StreamBearer = "stream-bearer-of-the-tests-long-enough";

    private readonly Scratch _scratch = new();
    private ProgramProcess? _process;

    /// <param name="sections">Sections of its file beside those here.</param>
    /// <param name="certificate">Its TLS listener's certificate and key; null: it makes its own.</param>
    public CentralSite(string sections = "", (string File, string Key)? certificate = null)
    {
        File.WriteAllText(_scratch["stream.bearer"], StreamBearer + "\n");
        File.WriteAllText(_scratch["operator.bearer"], "operator-bearer-of-the-tests-long-enough\n");
        foreach (var name in (string[])["stream.bearer", "operator.bearer"])
            File.SetUnixFileMode(_scratch[name], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(_scratch["central.json"], $$"""
            {
              "Listeners": [
                { "Address": "127.0.0.1:0" }, { "Address": "tls://127.0.0.1:0"{{Pair(certificate)}} }
              ],
              "Store": { "Directory": "{{_scratch["data"]}}" },
              "Clock": { "Trust": "always" },
              "Central": { "GatewayGroups": [ "GID_gate" ], "Partitions": {{Partitions}} },
              "Http": {
                "Listeners": [ { "Address": "http://127.0.0.1:0" } ],
                "StreamBearerFile": "{{_scratch["stream.bearer"]}}",
                "OperatorBearerFile": "{{_scratch["operator.bearer"]}}"
              },
              {{sections}}
              "Lmq": {
                "AccessKeys": [ { "Key": "{{Key}}", "Secret": "{{Secret}}" } ],
                "Groups": [ "GID_gate", "GID_plant", "GID_app", "GID_sensors" ],
                "Topics": [ "plant", "cmd", "GID_plant_MQTT", "GID_gate_MQTT" ]
              }
            }
            """);
    }

    /// <summary>Port of its lmq listener, while it runs.</summary>
    public int Port { get; private set; }

    /// <summary>Port of its lmq listener over TLS, while it runs.</summary>
    public int TlsPort { get; private set; }

    /// <summary>Port of its HTTP side, while it runs.</summary>
    public int HttpPort { get; private set; }

    public ProgramProcess Process => _process!;

    public string this[string name] => _scratch[name];

    /// <summary>The certificate that it made for itself.</summary>
    public string OwnCertificate => Path.Combine(_scratch["data"], "tls", "certificate.pem");

    /// <summary>Password of a login by signature (LMQ-AUTH-1).</summary>
    public static string Password(string group) => Signature.Login(Secret, group);

    private static string Pair((string File, string Key)? certificate) => certificate is { } pair
        ? $", \"Certificate\": \"{pair.File}\", \"Key\": \"{pair.Key}\"" : "";

    public void Start()
    {
        _process?.Dispose();
        _process = ProgramProcess.Start("lightmq-central", "Central", "--config", _scratch["central.json"]);
        Port = _process.PortOf("ready tcp");
        TlsPort = _process.PortOf("ready tls");
        HttpPort = _process.PortOf("ready http");
    }

    /// <summary>Reads the core.</summary>
    public CoreReader Reader() => new(this, StreamBearer);

    /// <summary>Speaks as an operator.</summary>
    public HttpClient Operator() => new()
    {
        BaseAddress = new Uri($"http://127.0.0.1:{HttpPort}/"),
        DefaultRequestHeaders = { { "Authorization", "Bearer operator-bearer-of-the-tests-long-enough" } },
    };

    public void Dispose()
    {
        _process?.Dispose();
        _scratch.Dispose();
    }
}
