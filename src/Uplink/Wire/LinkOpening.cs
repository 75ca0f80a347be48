using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MQTTnet.Formatter;

namespace LightMq.Uplink.Wire;

/// <summary>Makes connections: TCP, and TLS over it.</summary>
/// <param name="address">Where to.</param>
/// <param name="trust">Whom TLS trusts.</param>
/// <param name="time">Measures the time it may take.</param>
internal sealed class LinkOpening(LinkAddress address, TlsTrust trust, TimeProvider time)
{
    private static readonly TimeSpan OpenTimeMax = TimeSpan.FromSeconds(20);

    /// <summary>Connects.</summary>
    /// <exception cref="LinkError">It cannot be done; says why in one line.</exception>
    public async Task<MqttLink> OpenAsync(
        MqttProtocolVersion version, int packetBytesMax, CancellationToken stop)
    {
        using var timer = new CancellationTokenSource(OpenTimeMax, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, timer.Token);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address.Host, address.Port, either.Token);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (address.IsTls) stream = await SecureAsync(stream, either.Token);
            return new MqttLink(stream, version, packetBytesMax);
        }
        catch (Exception wrong)
        {
            socket.Dispose();
            stop.ThrowIfCancellationRequested();
            if (wrong is OperationCanceledException)
                throw new LinkError(LinkFault.Silent, $"no answer within {OpenTimeMax.TotalSeconds:F0} s");
            if (wrong is SocketException or IOException)
                throw new LinkError(LinkFault.Network, wrong.Message);
            throw;
        }
    }

    private async Task<Stream> SecureAsync(Stream plain, CancellationToken cancel)
    {
        string? complaint = null;
        var tls = new SslStream(plain);
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = address.Host,
                ClientCertificates = trust.Own is { } own ? [own] : null,
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                    (complaint = trust.Complaint(certificate as X509Certificate2, chain, errors)) is null,
            }, cancel);
            return tls;
        }
        catch (Exception wrong) when (wrong is AuthenticationException or CryptographicException)
        {
            await tls.DisposeAsync();
            throw new LinkError(LinkFault.Tls, complaint
                ?? $"TLS failed: {(wrong.InnerException ?? wrong).Message.ReplaceLineEndings(" ")}");
        }
        catch (IOException broken)
        {
            await tls.DisposeAsync();
            throw new LinkError(LinkFault.Tls, $"TLS broke off: {broken.Message}");
        }
    }
}
