using System.Globalization;
using System.Net.Sockets;
using System.Text;
using LightMq.Cli.Board;
using LightMq.Cli.Files;
using LightMq.Cli.Settings;

namespace LightMq.Cli.Health;

/// <summary>
/// Logs in at the broker as a user of the box's own. The session is asked to be kept, for the broker says
/// yes to that only once it is on its disk: so the answer proves login, store and disk.
/// </summary>
internal static class BrokerPing
{
    private const string ClientId = "lightmq-health";
    private const int PatienceMilliseconds = 10_000;

    /// <summary>What is wrong; null: nothing.</summary>
    public static string? Try(BoxPaths paths)
    {
        var password = BoxFacts.Line(paths.At(LocalUsers.PathOf("health-password")));
        if (string.IsNullOrEmpty(password)) return "there is no password of the health check; was lightmq "
            + "provision run?";
        try
        {
            var port = PortOf(paths);
            return Connect(port, password, isKept: true) ?? Connect(port, password, isKept: false);
        }
        catch (Exception wrong) when (wrong is SocketException or IOException)
        {
            return wrong.Message;
        }
    }

    /// <summary>Of the listener called local; an engineer may have moved it.</summary>
    private static int PortOf(BoxPaths paths)
    {
        var address = (BoxFacts.Json(paths.At(BrokerFile.Path))?["Listeners"]?.AsArray() ?? [])
            .OfType<System.Text.Json.Nodes.JsonObject>()
            .Where(static listener => BoxFacts.Text(listener, "Name") == "local")
            .Select(static listener => BoxFacts.Text(listener, "Address")).FirstOrDefault("");
        return int.TryParse(address.AsSpan(address.LastIndexOf(':') + 1), NumberStyles.None,
            CultureInfo.InvariantCulture, out var port) ? port : ListenerReader.LocalPort;
    }

    // The last one discards the session again.
    private static string? Connect(int port, string password, bool isKept)
    {
        using var socket = new TcpClient();
        socket.SendTimeout = socket.ReceiveTimeout = PatienceMilliseconds;
        socket.Connect("127.0.0.1", port);
        using var stream = socket.GetStream();
        stream.Write(ConnectPacket(password, isKept));
        Span<byte> answer = stackalloc byte[4];
        stream.ReadExactly(answer);
        if (answer is not [0x20, 2, _, 0])
            return answer is [0x20, 2, _, var code] ? $"the broker refuses the login with code {code}"
                : "what answers there is no MQTT broker";
        stream.Write([0xC0, 0]);
        stream.ReadExactly(answer[..2]);
        stream.Write([0xE0, 0]);
        return answer is [0xD0, 0, ..] ? null : "the broker does not answer a ping";
    }

    // MQTT 3.1.1, section 3.1: user name, password, and a clean session or not.
    private static byte[] ConnectPacket(string password, bool isKept)
    {
        byte[] body =
        [
            .. Field("MQTT"), 4, (byte)(isKept ? 0xC0 : 0xC2), 0, 30, .. Field(ClientId),
            .. Field(LocalUsers.HealthName), .. Field(password),
        ];
        return [0x10, (byte)body.Length, .. body];
    }

    private static byte[] Field(string text) =>
        [(byte)(text.Length >> 8), (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];
}
