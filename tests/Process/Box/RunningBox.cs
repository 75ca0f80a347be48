using System.Net;
using System.Net.Sockets;
using LightMq.Process.Chain;

namespace LightMq.Process.Box;

/// <summary>A box whose broker runs, and whose uplink has said how the link stands.</summary>
internal sealed class RunningBox : IDisposable
{
    private const string Sheet = """
        group = GID_gate
        device = 7
        central = central.example
        access-key = k
        secret-key = s
        upward = plant/#
        """;

    public RunningBox(string version = "2026.11.26-1")
    {
        Box = new TestBox(version, Sheet);
        const string Broker = "box/etc/lightmq/lightmq.json";
        Box[Broker] = Box[Broker].Replace("127.0.0.1:11883", $"127.0.0.1:{FreePort()}")
            .Replace("/run/lightmq-edgebroker/admin.sock", Box.Scratch["admin.sock"]);
        Process = ProgramProcess.Start("lightmq-edgebroker", "EdgeBroker",
            "--config", Box.Scratch[Broker], "--data", Box.Scratch["box/var/lib/lightmq"]);
        Process.PortOf("ready tcp");
        Uplink("connecting", "no route to host");
    }

    public TestBox Box { get; }

    public ProgramProcess Process { get; }

    public void Uplink(string state, string reason, bool isLocal = true) =>
        Box["box/run/lightmq-uplink/uplink.json"] = $$"""
            { "state": "{{state}}", "reason": "{{reason}}", "address": "tls://central.example:8883",
              "localConnected": {{(isLocal ? "true" : "false")}}, "backlog": { "messages": 12 } }
            """;

    public void Dispose()
    {
        Process.Dispose();
        Box.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
