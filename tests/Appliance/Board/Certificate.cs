using LightMq.Process.Broker;
using LightMq.Process.Clients;

namespace LightMq.Appliance.Board;

/// <summary>A certificate that vouches for itself, with its key.</summary>
internal sealed class Certificate : IDisposable
{
    private readonly Scratch _scratch = new();

    public string File => _scratch["certificate.pem"];

    public string Key => _scratch["key.pem"];

    /// <summary>Makes one.</summary>
    /// <param name="who">As OpenSSL writes it: IP:10.0.2.2, or DNS:central.example.</param>
    public static Certificate Make(string who)
    {
        var made = new Certificate();
        Tool.Run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650",
            "-subj", "/CN=tests", "-addext", $"subjectAltName={who}", "-keyout", made.Key, "-out", made.File)
            .GetAwaiter().GetResult();
        return made;
    }

    public void Dispose() => _scratch.Dispose();
}
