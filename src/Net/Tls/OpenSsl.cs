using System.Runtime.InteropServices;

namespace LightMq.Net.Tls;

/// <summary>
/// What we call of OpenSSL 3: libssl and libcrypto, loaded at the first call, so never without a TLS
/// listener. Errors lie in a queue of the calling thread; <see cref="ERR_clear_error"/> comes before every
/// call whose result is asked for with <see cref="SSL_get_error"/>.
/// </summary>
internal static unsafe partial class OpenSsl
{
    private const string Ssl = "libssl.so.3", Crypto = "libcrypto.so.3";

    public const int Pem = 1, CommonName = 13;
    public const int ErrorWantRead = 2, ErrorWantWrite = 3, ErrorZeroReturn = 6;
    public const int ControlMode = 33, ControlReadAhead = 41, ControlSessionCache = 44;
    public const int ControlServerNameCallback = 53, ControlChainCertificate = 89, ControlGroups = 92;
    public const int ControlMinProtocol = 123;
    public const int ModePartialWrite = 1, ModeMovingBuffer = 2, ModeReleaseBuffers = 0x10;
    public const int Tls12 = 0x303;
    public const ulong NoCompression = 1 << 17, PrioritizeChaCha = 1 << 21, ServerPreference = 1 << 22;
    public const ulong NoRenegotiation = 1 << 30;
    public const int VerifyPeer = 1, VerifyRequired = 2;

    [LibraryImport(Ssl)]
    public static partial nint TLS_server_method();
    [LibraryImport(Ssl)]
    public static partial nint SSL_CTX_new(nint method);
    [LibraryImport(Ssl)]
    public static partial void SSL_CTX_free(nint context);
    [LibraryImport(Ssl)]
    public static partial nint SSL_CTX_ctrl(nint context, int command, nint number, void* pointer);
    [LibraryImport(Ssl)]
    public static partial nint SSL_CTX_callback_ctrl(
        nint context, int command, delegate* unmanaged[Cdecl]<nint, int*, nint, int> callback);
    [LibraryImport(Ssl)]
    public static partial ulong SSL_CTX_set_options(nint context, ulong options);
    [LibraryImport(Ssl)]
    public static partial int SSL_CTX_set_num_tickets(nint context, nuint count);
    [LibraryImport(Ssl)]
    public static partial int SSL_CTX_set_cipher_list(
        nint context, [MarshalAs(UnmanagedType.LPUTF8Str)] string ciphers);
    [LibraryImport(Ssl)]
    public static partial int SSL_CTX_set_ciphersuites(
        nint context, [MarshalAs(UnmanagedType.LPUTF8Str)] string ciphers);
    [LibraryImport(Ssl)]
    public static partial int SSL_CTX_set_session_id_context(nint context, byte* name, uint length);
    [LibraryImport(Ssl)]
    public static partial int SSL_CTX_use_certificate(nint context, nint certificate);
    [LibraryImport(Ssl)]
    public static partial int SSL_CTX_use_PrivateKey(nint context, nint key);
    [LibraryImport(Ssl)]
    public static partial int SSL_CTX_check_private_key(nint context);
    [LibraryImport(Ssl)]
    public static partial nint SSL_CTX_get0_certificate(nint context);
    [LibraryImport(Ssl)]
    public static partial nint SSL_CTX_get_cert_store(nint context);
    [LibraryImport(Ssl)]
    public static partial int SSL_CTX_add_client_CA(nint context, nint certificate);
    [LibraryImport(Ssl)]
    public static partial void SSL_CTX_set_verify(nint context, int mode, nint callback);

    [LibraryImport(Ssl)]
    public static partial nint SSL_new(nint context);
    [LibraryImport(Ssl)]
    public static partial void SSL_free(nint ssl);
    [LibraryImport(Ssl)]
    public static partial int SSL_set_fd(nint ssl, int fd);
    [LibraryImport(Ssl)]
    public static partial nint SSL_set_SSL_CTX(nint ssl, nint context);
    [LibraryImport(Ssl)]
    public static partial byte* SSL_get_servername(nint ssl, int type);
    [LibraryImport(Ssl)]
    public static partial int SSL_accept(nint ssl);
    [LibraryImport(Ssl)]
    public static partial int SSL_read(nint ssl, byte* to, int length);
    [LibraryImport(Ssl)]
    public static partial int SSL_write(nint ssl, byte* from, int length);
    [LibraryImport(Ssl)]
    public static partial int SSL_has_pending(nint ssl);
    [LibraryImport(Ssl)]
    public static partial int SSL_shutdown(nint ssl);
    [LibraryImport(Ssl)]
    public static partial int SSL_get_error(nint ssl, int result);
    [LibraryImport(Ssl)]
    public static partial nint SSL_get1_peer_certificate(nint ssl);

    [LibraryImport(Crypto)]
    public static partial void ERR_clear_error();
    [LibraryImport(Crypto)]
    public static partial ulong ERR_peek_last_error();
    [LibraryImport(Crypto)]
    public static partial byte* ERR_reason_error_string(ulong error);
    [LibraryImport(Crypto)]
    public static partial nint BIO_new_mem_buf(byte* bytes, int length);
    [LibraryImport(Crypto)]
    public static partial int BIO_free(nint bio);
    [LibraryImport(Crypto)]
    public static partial nint PEM_read_bio_X509(
        nint bio, nint into, delegate* unmanaged[Cdecl]<byte*, int, int, nint, int> password, nint argument);
    [LibraryImport(Crypto)]
    public static partial nint PEM_read_bio_PrivateKey(
        nint bio, nint into, delegate* unmanaged[Cdecl]<byte*, int, int, nint, int> password, nint argument);
    [LibraryImport(Crypto)]
    public static partial void EVP_PKEY_free(nint key);
    [LibraryImport(Crypto)]
    public static partial void X509_free(nint certificate);
    [LibraryImport(Crypto)]
    public static partial int X509_check_host(
        nint certificate, byte* name, nuint length, uint flags, nint matched);
    [LibraryImport(Crypto)]
    public static partial int X509_STORE_add_cert(nint store, nint certificate);
    [LibraryImport(Crypto)]
    public static partial nint X509_get_subject_name(nint certificate);
    [LibraryImport(Crypto)]
    public static partial int X509_NAME_get_index_by_NID(nint name, int kind, int after);
    [LibraryImport(Crypto)]
    public static partial nint X509_NAME_get_entry(nint name, int index);
    [LibraryImport(Crypto)]
    public static partial nint X509_NAME_ENTRY_get_data(nint entry);
    [LibraryImport(Crypto)]
    public static partial int ASN1_STRING_to_UTF8(byte** text, nint from);
    [LibraryImport(Crypto)]
    public static partial void CRYPTO_free(byte* memory, byte* file, int line);

    /// <summary>The last error of this thread in OpenSSL's words; empties its queue.</summary>
    public static string TakeError()
    {
        var error = ERR_peek_last_error();
        var reason = error == 0 ? null : Marshal.PtrToStringUTF8((nint)ERR_reason_error_string(error));
        ERR_clear_error();
        return reason ?? "no reason given";
    }
}
