using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LightMq.Net.Tls;

/// <summary>
/// One SSL_CTX: a certificate and how TLS is spoken with it. TLS 1.2 and 1.3, forward secrecy only, no
/// renegotiation, no compression, no session cache (tickets carry the state, so that memory stays bounded).
/// </summary>
internal sealed unsafe class TlsContext : SafeHandle
{
    private const string Ciphers12 =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:"
        + "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";
    private const string Ciphers13 =
        "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";

    private TlsContext() : base(0, ownsHandle: true) =>
        SetHandle(OpenSsl.SSL_CTX_new(OpenSsl.TLS_server_method()));

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>The SSL_CTX.</summary>
    public nint Value => handle;

    /// <summary>Makes one for a pair.</summary>
    /// <exception cref="TlsMaterialError">The pair cannot be used.</exception>
    public static TlsContext Make(TlsMaterial material, int index)
    {
        OpenSsl.ERR_clear_error();
        var context = new TlsContext();
        try
        {
            context.Speak();
            context.Show(material.Pairs[index], index);
            context.Trust(material);
            return context;
        }
        catch (TlsMaterialError)
        {
            context.Dispose();
            throw;
        }
    }

    /// <summary>Whether the certificate is for this host name, with its wildcards.</summary>
    public bool IsFor(ReadOnlySpan<byte> name)
    {
        fixed (byte* text = name)
            return OpenSsl.X509_check_host(
                OpenSsl.SSL_CTX_get0_certificate(handle), text, (nuint)name.Length, 0, 0) == 1;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        OpenSsl.SSL_CTX_free(handle);
        return true;
    }

    private void Speak()
    {
        _ = OpenSsl.SSL_CTX_ctrl(handle, OpenSsl.ControlMinProtocol, OpenSsl.Tls12, null);
        _ = OpenSsl.SSL_CTX_set_options(handle, OpenSsl.NoCompression | OpenSsl.NoRenegotiation
            | OpenSsl.ServerPreference | OpenSsl.PrioritizeChaCha);
        _ = OpenSsl.SSL_CTX_set_cipher_list(handle, Ciphers12);
        _ = OpenSsl.SSL_CTX_set_ciphersuites(handle, Ciphers13);
        fixed (byte* groups = "X25519:P-256:P-384\0"u8)
            _ = OpenSsl.SSL_CTX_ctrl(handle, OpenSsl.ControlGroups, 0, groups);
        // An outbox moves while it grows, and takes what was sent of it from its front.
        _ = OpenSsl.SSL_CTX_ctrl(handle, OpenSsl.ControlMode,
            OpenSsl.ModePartialWrite | OpenSsl.ModeMovingBuffer | OpenSsl.ModeReleaseBuffers, null);
        // One recv takes all records that wait, not a head and a body each.
        _ = OpenSsl.SSL_CTX_ctrl(handle, OpenSsl.ControlReadAhead, 1, null);
        _ = OpenSsl.SSL_CTX_ctrl(handle, OpenSsl.ControlSessionCache, 0, null);
        _ = OpenSsl.SSL_CTX_set_num_tickets(handle, 1);
        // Without a name of its own a resumed session with a client certificate is refused.
        fixed (byte* name = "mqtt"u8) _ = OpenSsl.SSL_CTX_set_session_id_context(handle, name, 4);
    }

    private void Show(TlsPair pair, int index)
    {
        var certificates = ReadCertificates(pair.CertificatePem, TlsPart.Certificate, index);
        for (var i = 0; i < certificates.Count; i++)
        {
            if (i > 0)
            {
                // The context takes the chain's certificates over.
                _ = OpenSsl.SSL_CTX_ctrl(
                    handle, OpenSsl.ControlChainCertificate, 0, (void*)certificates[i]);
                continue;
            }
            var isTaken = OpenSsl.SSL_CTX_use_certificate(handle, certificates[0]) == 1;
            OpenSsl.X509_free(certificates[0]);
            if (!isTaken)
                throw new TlsMaterialError(TlsPart.Certificate, index, $"is refused: {OpenSsl.TakeError()}");
        }
        UseKey(pair.KeyPem, index);
    }

    private void UseKey(byte[] pem, int index)
    {
        if (pem.AsSpan().IndexOf("ENCRYPTED"u8) >= 0)
            throw new TlsMaterialError(TlsPart.Key, index,
                "is encrypted; store it without a passphrase, readable by the broker alone");
        nint key;
        fixed (byte* bytes = pem)
        {
            var bio = OpenSsl.BIO_new_mem_buf(bytes, pem.Length);
            key = OpenSsl.PEM_read_bio_PrivateKey(bio, 0, &AskNobody, 0);
            _ = OpenSsl.BIO_free(bio);
        }
        if (key == 0)
            throw new TlsMaterialError(
                TlsPart.Key, index, $"holds no private key in PEM: {OpenSsl.TakeError()}");
        var fits = OpenSsl.SSL_CTX_use_PrivateKey(handle, key) == 1
            && OpenSsl.SSL_CTX_check_private_key(handle) == 1;
        OpenSsl.EVP_PKEY_free(key);
        OpenSsl.ERR_clear_error();
        if (!fits) throw new TlsMaterialError(TlsPart.Key, index, "does not belong to the certificate");
    }

    private void Trust(TlsMaterial material)
    {
        if (material.ClientCertificates == ClientCertificateUse.Off) return;
        var store = OpenSsl.SSL_CTX_get_cert_store(handle);
        foreach (var authority in ReadCertificates(material.AuthoritiesPem ?? [], TlsPart.Authorities, 0))
        {
            _ = OpenSsl.X509_STORE_add_cert(store, authority);
            _ = OpenSsl.SSL_CTX_add_client_CA(handle, authority);
            OpenSsl.X509_free(authority);
        }
        var isRequired = material.ClientCertificates == ClientCertificateUse.Required;
        OpenSsl.SSL_CTX_set_verify(
            handle, OpenSsl.VerifyPeer | (isRequired ? OpenSsl.VerifyRequired : 0), 0);
    }

    private static List<nint> ReadCertificates(byte[] pem, TlsPart part, int index)
    {
        var certificates = new List<nint>();
        fixed (byte* bytes = pem)
        {
            var bio = OpenSsl.BIO_new_mem_buf(bytes, pem.Length);
            while (OpenSsl.PEM_read_bio_X509(bio, 0, &AskNobody, 0) is var certificate and not 0)
                certificates.Add(certificate);
            _ = OpenSsl.BIO_free(bio);
        }
        // The end of the file is an error to OpenSSL; only a file with nothing before it is one to us.
        var reason = OpenSsl.TakeError();
        if (certificates.Count == 0)
            throw new TlsMaterialError(part, index, $"holds no certificate in PEM: {reason}; one in DER "
                + "becomes PEM by openssl x509 -inform der");
        return certificates;
    }

    /// <summary>OpenSSL would ask for a passphrase at the terminal.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int AskNobody(byte* to, int length, int isWriting, nint argument) => -1;
}
