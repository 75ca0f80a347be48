using System.Runtime.InteropServices;
using System.Text;
using LightMq.Net.Linux;

namespace LightMq.Net.Tls;

/// <summary>
/// One peer on its way from accept to its first MQTT byte. Belongs to the thread that shakes hands until that
/// thread posts it to the loop; the descriptor is the loop's, which closes it only after that.
/// </summary>
internal sealed unsafe class Handshake(Peer peer, Listener listener, int thread)
{
    private const int UnsupportedProtocol = 258, VersionTooLow = 396;
    private const int CertificateVerifyFailed = 134, NoPeerCertificate = 199;
    // SSL_AD_REASON_OFFSET: alerts of the peer, fatal ones about certificates from 42 on (RFC 8446, 6).
    private const int PeerAlert = 1000;

    private nint _ssl;

    /// <summary>What the choice by name asks, which runs within <see cref="Step"/>.</summary>
    [field: ThreadStatic]
    public static Handshake? Current { get; private set; }

    /// <summary>Whose handshake it is.</summary>
    public Peer Peer { get; } = peer;

    /// <summary>The TLS listener that it came in by.</summary>
    public Listener Listener { get; } = listener;

    /// <summary>Number of the thread that shakes hands.</summary>
    public int Thread { get; } = thread;

    /// <summary>Certificates as they were when it began.</summary>
    public TlsContext[] Contexts { get; private set; } = [];

    /// <summary>Events to wait for.</summary>
    public uint Mask { get; private set; } = Libc.EpollIn;

    /// <summary>What epoll was told; 0: it does not watch.</summary>
    public uint Watched { get; set; }

    /// <summary>Why it failed.</summary>
    public Refusal? Refusal { get; private set; }

    /// <summary>OpenSSL's words for the failure.</summary>
    public string Detail { get; private set; } = "";

    /// <summary>Whether the peer left without anything worth a line.</summary>
    public bool IsGone { get; private set; }

    /// <summary>When it began to cost an SSL: a stamp of the thread's clock.</summary>
    public long BegunAt { get; set; }

    /// <summary>Its place among those that have begun.</summary>
    public LinkedListNode<Handshake>? Place { get; set; }

    /// <summary>Whether it has cost an SSL.</summary>
    public bool HasBegun => _ssl != 0;

    /// <summary>Whether it failed.</summary>
    public bool HasFailed => IsGone || Refusal is not null;

    /// <summary>Common name of the client's certificate; null without one.</summary>
    public string? CertificateName { get; private set; }

    /// <summary>
    /// Looks at the first bytes before anything is spent on the peer: one that connects and says nothing, or
    /// speaks something else, gets no SSL. True: a TLS record begins, or <see cref="HasFailed"/>.
    /// </summary>
    public bool Peek()
    {
        const int Bytes = 4;
        var first = stackalloc byte[Bytes];
        var count = (int)Libc.recv(Peer.Fd, first, Bytes, Libc.Peek);
        if (count < 0 && Marshal.GetLastPInvokeError() is Errno.Again or Errno.Interrupted) return false;
        IsGone = count <= 0;
        if (count > 0) Refusal = Foreign.AtTls(new(first, count));
        if (Refusal is { } refusal) Detail = Foreign.Advice(refusal);
        return true;
    }

    /// <summary>Goes on as far as it can now. True: it has ended, well or not.</summary>
    public bool Step()
    {
        if (_ssl == 0) Begin();
        Current = this;
        OpenSsl.ERR_clear_error();
        var result = OpenSsl.SSL_accept(_ssl);
        Current = null;
        if (result == 1)
        {
            CertificateName = ReadName();
            Contexts = [];
            return true;
        }
        switch (OpenSsl.SSL_get_error(_ssl, result))
        {
            case OpenSsl.ErrorWantRead: Mask = Libc.EpollIn; return false;
            case OpenSsl.ErrorWantWrite: Mask = Libc.EpollOut; return false;
            default: Fail(); return true;
        }
    }

    /// <summary>It has taken long, and others wait.</summary>
    public void MakeRoom()
    {
        Refusal = Net.Refusal.Handshake;
        Detail = "it had not ended in time, and others waited";
    }

    /// <summary>The stream, for the loop; null if it failed.</summary>
    public TlsStream? TakeStream()
    {
        if (_ssl == 0 || HasFailed) return null;
        var stream = new TlsStream(_ssl);
        _ssl = 0;
        return stream;
    }

    /// <summary>Lets go of OpenSSL's part.</summary>
    public void Drop()
    {
        if (_ssl != 0) OpenSsl.SSL_free(_ssl);
        _ssl = 0;
        Contexts = [];
    }

    private void Begin()
    {
        Contexts = Listener.Tls!.Contexts;
        _ssl = OpenSsl.SSL_new(Contexts[0].Value);
        _ = OpenSsl.SSL_set_fd(_ssl, Peer.Fd);
    }

    private void Fail()
    {
        var error = OpenSsl.ERR_peek_last_error();
        var reason = (int)(error & 0x7fffff);
        // Nothing in the queue: the peer closed, or the network broke.
        if (error == 0)
        {
            IsGone = true;
            return;
        }
        Detail = OpenSsl.TakeError();
        Refusal = reason switch
        {
            UnsupportedProtocol or VersionTooLow => Net.Refusal.OldTls,
            CertificateVerifyFailed or NoPeerCertificate => Net.Refusal.ClientCertificate,
            >= PeerAlert + 42 and <= PeerAlert + 48 => Net.Refusal.NotTrusted,
            _ => Net.Refusal.Handshake,
        };
    }

    private string? ReadName()
    {
        var certificate = OpenSsl.SSL_get1_peer_certificate(_ssl);
        if (certificate == 0) return null;
        var subject = OpenSsl.X509_get_subject_name(certificate);
        var at = OpenSsl.X509_NAME_get_index_by_NID(subject, OpenSsl.CommonName, -1);
        var name = at < 0 ? null : ReadText(OpenSsl.X509_NAME_ENTRY_get_data(
            OpenSsl.X509_NAME_get_entry(subject, at)));
        OpenSsl.X509_free(certificate);
        return name;
    }

    private static string? ReadText(nint from)
    {
        byte* text;
        var length = OpenSsl.ASN1_STRING_to_UTF8(&text, from);
        if (length < 0) return null;
        var name = Encoding.UTF8.GetString(text, length);
        OpenSsl.CRYPTO_free(text, null, 0);
        return name.Length == 0 ? null : name;
    }
}
