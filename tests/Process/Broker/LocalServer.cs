using System.Net;
using System.Net.Sockets;

namespace LightMq.Process.Broker;

/// <summary>An HTTP server on this machine, as far as a test needs one: one request per connection.</summary>
internal abstract class LocalServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    protected LocalServer()
    {
        _listener.Start();
        _ = Task.Run(ServeAsync);
    }

    public void Dispose() => _listener.Dispose();

    protected string UrlOf(string path) =>
        $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/{path}";

    /// <summary>Takes a request and answers it.</summary>
    protected abstract Task AnswerAsync(NetworkStream stream);

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await AnswerAsync(client.GetStream());
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException or IOException)
        {
            // The test is over.
        }
    }
}
