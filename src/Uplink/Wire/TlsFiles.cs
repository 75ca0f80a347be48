using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LightMq.Uplink.Wire;

/// <summary>Certificates in files.</summary>
internal static class TlsFiles
{
    /// <summary>Those in a PEM file; none where none is named.</summary>
    /// <exception cref="LinkError">It cannot be read.</exception>
    public static X509Certificate2Collection Authorities(string file)
    {
        var all = new X509Certificate2Collection();
        if (file.Length == 0) return all;
        try
        {
            all.ImportFromPemFile(file);
        }
        catch (Exception wrong) when (wrong is CryptographicException or IOException
            or UnauthorizedAccessException)
        {
            throw new LinkError(LinkFault.Tls, $"'{file}' cannot be read: {wrong.Message}");
        }
        return all.Count > 0 ? all : throw new LinkError(LinkFault.Tls, $"'{file}' holds no certificate");
    }

    /// <summary>A certificate and its key; null where none is named.</summary>
    /// <exception cref="LinkError">They cannot be read.</exception>
    public static X509Certificate2? Pair(string certificateFile, string keyFile)
    {
        if (certificateFile.Length == 0) return null;
        try
        {
            return X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
        }
        catch (Exception wrong) when (wrong is CryptographicException or IOException
            or UnauthorizedAccessException)
        {
            throw new LinkError(LinkFault.Tls,
                $"'{certificateFile}' and '{keyFile}' make no pair: {wrong.Message}");
        }
    }
}
