using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LightMq.Service;

namespace LightMq.Uplink.Tokens;

/// <summary>
/// The key pair by which the owner's app server knows this device; made here, and it never leaves.
/// </summary>
internal sealed class DeviceKey : IDisposable
{
    private readonly ECDsa _key;

    private DeviceKey(ECDsa key) => _key = key;

    /// <summary>The public key, as PEM.</summary>
    public string PublicPem => _key.ExportSubjectPublicKeyInfoPem();

    /// <summary>Reads the key; makes it if there is none.</summary>
    /// <param name="path">PEM file, mode 0600.</param>
    public static DeviceKey Open(string path)
    {
        if (PrivateFile.ReadText(path) is { } pem)
        {
            var known = ECDsa.Create();
            known.ImportFromPem(pem);
            return new DeviceKey(known);
        }
        var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        PrivateFile.Write(path, Encoding.ASCII.GetBytes(made.ExportPkcs8PrivateKeyPem()));
        return new DeviceKey(made);
    }

    /// <summary>Signs a request for a token: Base64 of the ECDSA signature (DER) over three lines.</summary>
    public string Sign(string clientId, long milliseconds, string nonce)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{clientId}\n{milliseconds}\n{nonce}");
        return Convert.ToBase64String(_key.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256,
            DSASignatureFormat.Rfc3279DerSequence));
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
