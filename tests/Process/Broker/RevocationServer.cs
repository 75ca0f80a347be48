using System.Buffers;
using System.Net.Sockets;
using System.Text;
using LightMq.Lmq;

namespace LightMq.Process.Broker;

/// <summary>An auth server, as far as it tells of revocations: one answer per connection.</summary>
internal sealed class RevocationServer : LocalServer
{
    private readonly Lock _gate = new();
    private readonly List<string> _revoked = [];

    public string Url => UrlOf("revocations");

    /// <summary>Requests so far.</summary>
    public int Asked { get; private set; }

    /// <summary>What it answers instead, status line and body; null: as it should.</summary>
    public (string Status, string Body)? Trouble { get; set; }

    public void Revoke(string tokenId)
    {
        lock (_gate) _revoked.Add(tokenId);
    }

    protected override async Task AnswerAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        if (await reader.ReadLineAsync() is not { } first) return;
        while (await reader.ReadLineAsync() is { Length: > 0 }) { }
        var since = int.Parse(first.Split("since=")[1].Split(' ', '&')[0]);
        if (Trouble is var (status, text))
        {
            Asked++;
            await stream.WriteAsync(Encoding.ASCII.GetBytes(
                $"HTTP/1.1 {status}\r\nContent-Length: {text.Length}\r\nConnection: close\r\n\r\n{text}"));
            return;
        }
        var body = new ArrayBufferWriter<byte>();
        lock (_gate)
        {
            Asked++;
            RevocationBody.Write(body, _revoked.Count, since,
                _revoked.Skip(since).Select(static id => KeyValuePair.Create(id, 4_000_000_000_000)));
        }
        var head = $"HTTP/1.1 200 OK\r\nContent-Length: {body.WrittenCount}\r\nConnection: close\r\n\r\n";
        await stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. body.WrittenSpan]);
    }
}
