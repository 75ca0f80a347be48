using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LightMq.Host.Configuration;
using LightMq.Service;
using LightMq.Service.Configuration;
using Microsoft.Extensions.Logging;

namespace LightMq.Host.Certificates;

/// <summary>
/// The certificate of a server that is not the broker's loop: read at start, read again when a file changes.
/// What cannot be used at start ends it; later the old one stays, and one line says why. For any thread.
/// </summary>
public sealed class ServerPair
{
    private readonly string _name;
    private readonly CertificateFiles _files;
    private readonly ILogger _log;
    private volatile SslStreamCertificateContext _current;
    private string _seen;
    private string _loaded;

    private ServerPair(string name, CertificateFiles files, ILogger log)
    {
        (_name, _files, _log) = (name, files, log);
        _loaded = _seen = Stamp();
        _current = Read();
    }

    /// <summary>Certificate, key and chain as they are now.</summary>
    public SslStreamCertificateContext Current => _current;

    /// <summary>SHA-256 of the certificate, as OpenSSL writes it.</summary>
    public string Fingerprint => string.Join(':', Convert.ToHexString(
        SHA256.HashData(_current.TargetCertificate.RawDataMemory.Span)).Chunk(2)
        .Select(static pair => new string(pair)));

    /// <summary>Reads what is configured, or finds or makes the program's own pair.</summary>
    /// <param name="name">Whose it is, in the log.</param>
    /// <param name="files">The files; null: those in <c>tls/</c> of the data directory.</param>
    /// <param name="directory">The data directory.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">The log.</param>
    /// <exception cref="ConfigurationError">A file cannot be used.</exception>
    /// <exception cref="StartFailure">No pair can be made.</exception>
    public static ServerPair Open(
        string name, CertificateFiles? files, string directory, TimeProvider time, ILogger log)
    {
        if (files is null && !OwnPairFolder.Exists(directory))
            ListenerCertificates.MakeOwn(directory, time, log);
        return new ServerPair(name, files ?? OwnPairFolder.Files(directory), log);
    }

    /// <summary>
    /// Takes changed files over once they have been the same for two looks: certificate and key are written
    /// one after the other. From one thread at a time.
    /// </summary>
    public void Refresh()
    {
        var stamp = Stamp();
        var isSettled = stamp == _seen;
        _seen = stamp;
        if (!isSettled || stamp == _loaded) return;
        _loaded = stamp;
        try
        {
            _current = Read();
            Log.CertificatesReplaced(_log, _name, Fingerprint);
        }
        catch (ConfigurationError wrong)
        {
            Log.CertificatesKept(_log, _name, wrong.Message);
        }
    }

    private SslStreamCertificateContext Read()
    {
        try
        {
            var certificate = X509Certificate2.CreateFromPemFile(_files.Certificate, _files.Key);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(_files.Certificate);
            return SslStreamCertificateContext.Create(certificate, chain, offline: true);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationError(_files.CertificateKey, $"it cannot be read: {wrong.Message}");
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            throw new ConfigurationError(_files.CertificateKey,
                $"'{_files.Certificate}' and '{_files.Key}' are no certificate with its key in PEM, without "
                + "passphrase");
        }
    }

    private string Stamp() => Of(_files.Certificate) + Of(_files.Key);

    private static string Of(string file)
    {
        var info = new FileInfo(file);
        return info.Exists ? $"{info.Length} {info.LastWriteTimeUtc.Ticks};" : "none;";
    }
}
