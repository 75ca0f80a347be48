using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LightMq.Unit.Lmq;

/// <summary>One real connection on loopback that is answered as the test says.</summary>
internal sealed class ScriptedHttp : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public ScriptedHttp() => _listener.Start();

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/base/");

    public void Dispose() => _listener.Dispose();

    public static string Ok(string body) =>
        $"HTTP/1.1 200 OK\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    /// <summary>Takes one request and sends these bytes; then the connection ends.</summary>
    /// <param name="response">What is sent.</param>
    /// <param name="before">What happens before the connection ends.</param>
    /// <returns>First line, and body.</returns>
    public async Task<(string Line, string Body)> AnswerAsync(string response, Func<Task>? before = null)
    {
        using var client = await _listener.AcceptTcpClientAsync(TestContextToken);
        await using var stream = client.GetStream();
        var request = await ReadAsync(stream);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(response), TestContextToken);
        if (before != null) await before();
        return request;
    }

    private static CancellationToken TestContextToken => Xunit.TestContext.Current.CancellationToken;

    private static async Task<(string Line, string Body)> ReadAsync(NetworkStream stream)
    {
        var text = "";
        var buffer = new byte[65_536];
        while (true)
        {
            var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (head >= 0 && text.Length - head - 4 >= ContentLength(text[..head]))
                return (text[..text.IndexOf('\r')], text[(head + 4)..]);
            var read = await stream.ReadAsync(buffer, TestContextToken);
            if (read == 0) throw new IOException("the request ends early");
            text += Encoding.ASCII.GetString(buffer, 0, read);
        }
    }

    private static int ContentLength(string head)
    {
        const string name = "Content-Length:";
        var line = head.Split("\r\n")
            .FirstOrDefault(l => l.StartsWith(name, StringComparison.OrdinalIgnoreCase));
        return line == null ? 0 : int.Parse(line[name.Length..], CultureInfo.InvariantCulture);
    }
}
