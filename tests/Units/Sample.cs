namespace LightMq.Units;

/// <summary>A provisioned box: a local user for the uplink and one for the agent, secrets in files.</summary>
internal static class Sample
{
    /// <summary>The three services of a box.</summary>
    public static readonly string[] Services =
        ["lightmq-edgebroker.service", "lightmq-uplink.service", "lightmq-deviceagent.service"];

    private const string Uplink = """
        {
          "ClientId": "GID_plant@@@uplink",
          "Local": {
            "Address": "127.0.0.1:1883", "Login": "password", "User": "up",
            "SecretFile": "/etc/lightmq/secrets/uplink"
          },
          "Central": { "Addresses": [ "tcp://127.0.0.1:2883" ], "Login": "none", "Filters": [] }
        }
        """;

    private const string Agent = """
        {
          "ClientId": "board1",
          "Broker": {
            "Address": "127.0.0.1:1883", "Login": "password", "User": "board",
            "SecretFile": "/etc/lightmq/secrets/agent"
          },
          "Board": { "IntervalSeconds": 1 }
        }
        """;

    /// <summary>Writes all of it.</summary>
    public static void Provide(Container box)
    {
        // Hashes by hash-password of the broker itself, as a person would.
        var up = box.Run("echo secret-of-uplink | lightmq-edgebroker hash-password").Trim();
        var board = box.Run("echo secret-of-agent | lightmq-edgebroker hash-password").Trim();
        box.Provide("/etc/lightmq/secrets/uplink", "secret-of-uplink\n");
        box.Provide("/etc/lightmq/secrets/agent", "secret-of-agent\n");
        box.Provide("/etc/lightmq/lightmq.json", $$"""
            {
              "Listeners": [ { "Name": "lan", "Address": "127.0.0.1:1883", "Dialect": "plain" } ],
              "Admin": { "Socket": "/run/lightmq-edgebroker/admin.sock" },
              "Bridges": [ { "ClientId": "GID_plant@@@uplink", "Filters": [ "#" ], "User": "up" } ],
              "Users": [
                {
                  "Name": "up", "PasswordHash": "{{up}}",
                  "Rules": [ { "Filter": "#", "Access": "readwrite" } ]
                },
                {
                  "Name": "board", "PasswordHash": "{{board}}",
                  "Rules": [ { "Filter": "board/#", "Access": "readwrite" } ]
                }
              ]
            }
            """);
        box.Provide("/etc/lightmq/uplink.json", Uplink);
        box.Provide("/etc/lightmq/agent.json", Agent);
    }
}
