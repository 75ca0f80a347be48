using System.Security.Cryptography;
using LightMq.Process.Broker;

namespace LightMq.Fuzz.Live;

/// <summary>
/// The real process with a door of each transport in both dialects, a local user as the transcripts know it,
/// and one for the control client. Queues drop their oldest, so that sessions that never come back may not
/// make the control client wait.
/// </summary>
internal sealed class FuzzedBroker : IDisposable
{
    public const string ControlUser = "control";

    private static readonly (string Scheme, Transport Transport)[] Schemes =
    [
        ("tcp", Transport.Tcp), ("tls", Transport.Tls), ("ws", Transport.WebSocket),
        ("wss", Transport.SecureWebSocket),
    ];

    private readonly Scratch _scratch = new();

    public FuzzedBroker()
    {
        File.WriteAllText(_scratch["lightmq.json"], Configuration());
        (Process, Doors) = Start();
    }

    public BrokerProcess Process { get; private set; }

    public IReadOnlyList<Door> Doors { get; private set; }

    /// <summary>The plain door without anything below MQTT.</summary>
    public Door ControlDoor => Doors[0];

    /// <summary>Another process on the store that the first one left.</summary>
    public void StartAgain()
    {
        Process.Dispose();
        (Process, Doors) = Start();
    }

    public void Dispose()
    {
        Process.Dispose();
        _scratch.Dispose();
    }

    private (BrokerProcess Process, IReadOnlyList<Door> Doors) Start()
    {
        var process = BrokerProcess.StartWith(
            "--data", _scratch["data"], "--config", _scratch["lightmq.json"]);
        var doors = new List<Door>();
        foreach (var isLmq in (bool[])[false, true])
            foreach (var (_, transport) in Schemes)
                doors.Add(new Door(transport, isLmq, doors.Count == 0 ? process.Port : process.NextPort()));
        return (process, doors);
    }

    private static string Configuration()
    {
        var listeners = from dialect in (string[])["plain", "lmq"]
                        from scheme in Schemes
                        select $$"""
                            {
                              "Name": "{{scheme.Scheme}}-{{dialect}}",
                              "Address": "{{scheme.Scheme}}://127.0.0.1:0", "Dialect": "{{dialect}}",
                              "Anonymous": {{(dialect == "plain" ? "true" : "false")}}
                            }
                            """;
        return $$"""
            {
              "Listeners": [ {{string.Join(",\n", listeners)}} ],
              "Users": [
                {
                  "Name": "user", "PasswordHash": "{{Hash("secret")}}",
                  "Rules": [
                    { "Filter": "in/#", "Access": "write" }, { "Filter": "out/#", "Access": "read" }
                  ]
                },
                {
                  "Name": "{{ControlUser}}", "PasswordHash": "{{Hash(ControlUser)}}",
                  "Rules": [ { "Filter": "control/#", "Access": "readwrite" } ]
                }
              ],
              "Lmq": {
                "AccessKeys": [ { "Key": "AK", "Secret": "SK" } ],
                "Groups": [ "GID_AAA" ], "Topics": [ "parent" ]
              },
              "Queues": {
                "MessagesMax": 200, "BytesMax": 131072, "TotalBytesMax": 134217728, "WhenFull": "drop-oldest"
              },
              "Limits": {
                "ConnectSecondsMax": 3, "SlowReaderSecondsMax": 5, "SessionsMax": 500,
                "RetainedMessagesMax": 1000, "RetainedBytesMax": 4194304, "MemoryBytesMax": 16777216
              }
            }
            """;
    }

    // Few rounds: here a login shall cost the broker little and the fuzz none of its time.
    private static string Hash(string password)
    {
        var salt = "fuzz-salt"u8.ToArray();
        var hash = Rfc2898DeriveBytes.Pbkdf2(password, salt, 1_000, HashAlgorithmName.SHA256, 32);
        return $"pbkdf2-sha256$1000${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}";
    }
}
