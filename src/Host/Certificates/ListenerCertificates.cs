using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LightMq.Host.Configuration;
using LightMq.Net.Tls;
using LightMq.Service;
using LightMq.Service.Configuration;
using Microsoft.Extensions.Logging;

namespace LightMq.Host.Certificates;

/// <summary>
/// The certificates of one TLS listener: read at start, read again when a file changes. What cannot be used
/// at start ends it; later the old ones stay, and one line says why.
/// </summary>
internal sealed class ListenerCertificates
{
    private readonly string _name;
    private readonly TlsSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly IReadOnlyList<CertificateFiles> _files;
    private readonly string? _advice;
    private string _loaded = "";
    private string _seen = "";

    private ListenerCertificates(string name, TlsSettings settings, TimeProvider time, ILogger log,
        IReadOnlyList<CertificateFiles> files, string? advice, TlsMaterial material)
    {
        (_name, _settings, _time, _log, _files, _advice) = (name, settings, time, log, files, advice);
        _loaded = _seen = Stamp();
        try
        {
            Server = new TlsServer(material);
        }
        catch (TlsMaterialError wrong)
        {
            throw Explain(wrong);
        }
        catch (DllNotFoundException)
        {
            throw new StartFailure(ExitCode.Software,
                "TLS needs OpenSSL 3 (libssl.so.3), which this system lacks: install it (Debian: libssl3), "
                + "or configure no listener with Transport tls or wss");
        }
        Fingerprint = Look(material);
    }

    /// <summary>What the listener shakes hands with.</summary>
    public TlsServer Server { get; }

    /// <summary>SHA-256 of the default certificate, as OpenSSL writes it.</summary>
    public string Fingerprint { get; private set; }

    /// <summary>Reads what is configured, or finds or makes the broker's own pair.</summary>
    /// <exception cref="ConfigurationError">A file cannot be used.</exception>
    public static ListenerCertificates Open(
        string name, TlsSettings settings, string directory, TimeProvider time, ILogger log)
    {
        if (settings.Pairs.Count > 0)
            return new(name, settings, time, log, settings.Pairs, null, ReadAll(settings, settings.Pairs));
        if (directory.Length == 0)
        {
            Log.CertificateInMemory(log, name);
            return new(name, settings, time, log, [], null,
                ReadAll(settings, []) with { Pairs = [OwnPair.Make(time.GetUtcNow())] });
        }
        if (!OwnPairFolder.Exists(directory)) MakeOwn(directory, time, log);
        CertificateFiles[] own = [OwnPairFolder.Files(directory)];
        var advice = OwnPairFolder.Advice(directory);
        try
        {
            return new(name, settings, time, log, own, advice, ReadAll(settings, own));
        }
        catch (ConfigurationError wrong)
            when (wrong.Key == own[0].CertificateKey || wrong.Key == own[0].KeyKey)
        {
            throw wrong.Complaint.EndsWith(advice, StringComparison.Ordinal)
                ? wrong
                : new ConfigurationError(wrong.Key, $"{wrong.Complaint}; {advice}");
        }
    }

    /// <summary>
    /// Takes changed files over once they have been the same for two looks: certificate and key are written
    /// one after the other.
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
            var material = ReadAll(_settings, _files);
            Server.Replace(material);
            Fingerprint = Look(material);
            Log.CertificatesReplaced(_log, _name, Fingerprint);
        }
        catch (TlsMaterialError wrong)
        {
            Log.CertificatesKept(_log, _name, Explain(wrong).Message);
        }
        catch (ConfigurationError wrong)
        {
            Log.CertificatesKept(_log, _name, wrong.Message);
        }
    }

    internal static void MakeOwn(string directory, TimeProvider time, ILogger log)
    {
        try
        {
            OwnPairFolder.Keep(directory, OwnPair.Make(time.GetUtcNow()));
            Log.CertificateMade(log, OwnPairFolder.Files(directory).Certificate);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new StartFailure(ExitCode.CannotCreate,
                $"no certificate can be kept in {directory}: {wrong.Message}; make it writable, or configure "
                + "Certificate and Key of the listener");
        }
    }

    private static TlsMaterial ReadAll(TlsSettings settings, IReadOnlyList<CertificateFiles> files) => new(
        [.. files.Select(static pair => new TlsPair(
            Read(pair.CertificateKey, pair.Certificate), Read(pair.KeyKey, pair.Key)))],
        settings.ClientCertificates,
        settings.Authority.Length == 0 ? null : Read(settings.AuthorityKey, settings.Authority));

    private static byte[] Read(string key, string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception wrong) when (wrong is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ConfigurationError(key, $"there is no file '{file}'"
                + (Path.IsPathRooted(file) ? "" : $" in {Environment.CurrentDirectory}"));
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationError(key, $"'{file}' cannot be read: {wrong.Message}");
        }
    }

    private ConfigurationError Explain(TlsMaterialError wrong)
    {
        if (wrong.Part == TlsPart.Authorities)
            return new ConfigurationError(_settings.AuthorityKey, $"'{_settings.Authority}' {wrong.Message}");
        if (_files.Count == 0) return new ConfigurationError(_name, wrong.Message);
        var files = _files[wrong.Pair];
        var isKey = wrong.Part == TlsPart.Key;
        var complaint = $"'{(isKey ? files.Key : files.Certificate)}' {wrong.Message}";
        if (_advice is not null) complaint += $"; {_advice}";
        return new ConfigurationError(isKey ? files.KeyKey : files.CertificateKey, complaint);
    }

    /// <summary>Warns of what clients will not take; gives the first certificate's fingerprint.</summary>
    private string Look(TlsMaterial material)
    {
        var fingerprint = "";
        var now = _time.GetUtcNow().UtcDateTime;
        for (var i = 0; i < material.Pairs.Count; i++)
        {
            using var certificate =
                X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(material.Pairs[i].CertificatePem));
            if (i == 0) fingerprint = Convert.ToHexString(SHA256.HashData(certificate.RawDataMemory.Span));
            var file = i < _files.Count ? _files[i].Certificate : _name;
            if (certificate.NotAfter.ToUniversalTime() < now)
                Log.CertificateExpired(_log, file, certificate.NotAfter.ToUniversalTime());
        }
        return string.Join(':', fingerprint.Chunk(2).Select(static pair => new string(pair)));
    }

    /// <summary>Changes whenever a file does.</summary>
    private string Stamp()
    {
        var stamp = new StringBuilder();
        foreach (var pair in _files) stamp.Append(Of(pair.Certificate)).Append(Of(pair.Key));
        return stamp.Append(_settings.Authority.Length == 0 ? "" : Of(_settings.Authority)).ToString();

        static string Of(string file)
        {
            var info = new FileInfo(file);
            return info.Exists ? $"{info.Length} {info.LastWriteTimeUtc.Ticks};" : "none;";
        }
    }
}
