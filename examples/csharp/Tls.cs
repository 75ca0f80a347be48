using System.Security.Cryptography.X509Certificates;

namespace LightMq.Examples;

/// <summary>
/// Sends and receives over TLS; the broker must show a certificate that LMQ_CA vouches for.
/// </summary>
internal static class Tls
{
    public static async Task Run()
    {
        var trusted = new X509Certificate2Collection();
        trusted.ImportFromPemFile(Lmq.Setting("LMQ_CA", "artifacts/examples/data/tls/certificate.pem"));
        var (client, messages) = await Lmq.Connect(Lmq.Client("tls")
            .WithTcpServer(Lmq.Host, Lmq.Port(8883))
            .WithTlsOptions(tls => tls.UseTls().WithTrustChain(trusted)
                .WithRevocationMode(X509RevocationMode.NoCheck)));
        await client.Subscribe("plant/tls");
        await client.Publish("plant/tls", "hello");
        await messages.Print();
        await client.DisconnectAsync(new());
    }
}
