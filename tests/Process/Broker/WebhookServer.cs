using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace LightMq.Process.Broker;

/// <summary>What an operator's webhook is: takes what is posted, one request per connection.</summary>
internal sealed class WebhookServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Channel<string> _posted = Channel.CreateUnbounded<string>();

    public WebhookServer()
    {
        _listener.Start();
        _ = Task.Run(ServeAsync);
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/alarm";

    /// <summary>The next body.</summary>
    public async Task<string> Next(CancellationToken cancel) =>
        await _posted.Reader.ReadAsync(cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(30), cancel);

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await TakeAsync(client.GetStream());
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException or IOException)
        {
            // The test is over.
        }
    }

    private async Task TakeAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        var length = 0;
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                length = int.Parse(line.AsSpan(line.IndexOf(':') + 1));
        var body = new char[length];
        await reader.ReadBlockAsync(body);
        await stream.WriteAsync("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"u8.ToArray());
        if (length > 0) _posted.Writer.TryWrite(new string(body));
    }
}
