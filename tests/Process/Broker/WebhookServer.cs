using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace LightMq.Process.Broker;

/// <summary>What an operator's webhook is: takes what is posted, one request per connection.</summary>
internal sealed class WebhookServer : LocalServer
{
    private readonly Channel<string> _posted = Channel.CreateUnbounded<string>();

    public string Url => UrlOf("alarm");

    /// <summary>The next body.</summary>
    public async Task<string> Next(CancellationToken cancel) =>
        await _posted.Reader.ReadAsync(cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(30), cancel);

    protected override async Task AnswerAsync(NetworkStream stream)
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
