using System.Net.Sockets;
using System.Text;
using LightMq.Process.Broker;

namespace LightMq.Process.Uplink;

/// <summary>An auth server that answers what a test says.</summary>
internal sealed class ScriptedAuthServer : LocalServer
{
    private readonly StringBuilder _asked = new();

    public string Url => UrlOf("auth");

    /// <summary>Status line and body.</summary>
    public (string Status, string Body) Answer { get; set; } = ("404 Not Found", "");

    /// <summary>Everything that it was asked.</summary>
    public string Asked
    {
        get
        {
            lock (_asked) return _asked.ToString();
        }
    }

    protected override async Task AnswerAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        var length = 0;
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                length = int.Parse(line.AsSpan(line.IndexOf(':') + 1));
        var body = new char[length];
        await reader.ReadBlockAsync(body);
        lock (_asked) _asked.Append(body).AppendLine();
        var (status, text) = Answer;
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status}\r\nContent-Length: {text.Length}\r\nConnection: close\r\n\r\n{text}"));
    }
}
