/* --tls: records over the socket. One cipher suite and one group, so that two servers do the same work. */
#include "load.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>

static const char suite13[] = "TLS_AES_128_GCM_SHA256";
static const char suites12[] = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";
static const char group[] = "X25519";

static SSL_CTX *context;
static SSL_SESSION *ticket; /* the newest one; --resume shows it again */
static char agreed[160];
static uint64_t n_resumed;

static void die_of(const struct conn *c, const char *what)
{
    unsigned long error = ERR_get_error();
    die("%c%d: %s: %s", c->role, c->idx, what, error ? ERR_error_string(error, NULL) : "closed by peer");
}

static int keep_ticket(SSL *ssl, SSL_SESSION *session)
{
    (void)ssl;
    SSL_SESSION_free(ticket);
    ticket = session;
    return 1; /* ours now */
}

static void make_context(void)
{
    if (!(context = SSL_CTX_new(TLS_client_method())))
        die("no TLS: %s", ERR_error_string(ERR_get_error(), NULL));
    int version = o.tls == 12 ? TLS1_2_VERSION : TLS1_3_VERSION;
    if (!SSL_CTX_set_min_proto_version(context, version) ||
        !SSL_CTX_set_max_proto_version(context, version) || !SSL_CTX_set_ciphersuites(context, suite13) ||
        !SSL_CTX_set_cipher_list(context, suites12) || !SSL_CTX_set1_groups_list(context, group))
        die("this OpenSSL lacks %s or %s", suite13, group);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_session_cache_mode(context, o.resume ? SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL
                                                     : SSL_SESS_CACHE_OFF);
    SSL_CTX_sess_set_new_cb(context, keep_ticket);
}

void tls_begin(struct conn *c)
{
    if (!context)
        make_context();
    c->ssl = SSL_new(context);
    if (!c->ssl || !SSL_set_fd(c->ssl, c->fd))
        die_of(c, "SSL_new");
    if (o.resume && ticket)
        SSL_set_session(c->ssl, ticket);
    c->st = SHAKING;
}

static void note_what_was_agreed(SSL *ssl)
{
    X509 *certificate = SSL_get0_peer_certificate(ssl);
    EVP_PKEY *key = certificate ? X509_get0_pubkey(certificate) : NULL;
    n_resumed += SSL_session_reused(ssl);
    if (!*agreed && key)
        snprintf(agreed, sizeof agreed, "%s, %s, %s, %s of %d bits", SSL_get_version(ssl),
                 SSL_get_cipher_name(ssl), SSL_group_to_name(ssl, SSL_get_negotiated_group(ssl)),
                 EVP_PKEY_get0_type_name(key), EVP_PKEY_get_bits(key));
}

/* Whether the call may be made again later; if not, the peer is gone or what it says is wrong. */
static bool is_passing(struct conn *c, int result)
{
    int error = SSL_get_error(c->ssl, result);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

bool tls_shake(struct conn *c)
{
    ERR_clear_error();
    int result = SSL_connect(c->ssl);
    if (result == 1) {
        note_what_was_agreed(c->ssl);
        return true;
    }
    if (!is_passing(c, result))
        die_of(c, "handshake");
    watch_out(c, SSL_want_write(c->ssl));
    return false;
}

ssize_t tls_send(struct conn *c, const uint8_t *b, size_t n)
{
    ERR_clear_error();
    int sent = SSL_write(c->ssl, b, n < 1 << 30 ? n : 1 << 30);
    if (sent > 0)
        return sent;
    errno = is_passing(c, sent) ? EAGAIN : ECONNRESET;
    return -1;
}

ssize_t tls_recv(struct conn *c, uint8_t *b, size_t n)
{
    size_t total = 0;
    while (total < n) {
        ERR_clear_error();
        int got = SSL_read(c->ssl, b + total, n - total);
        if (got > 0) {
            total += got;
            continue;
        }
        if (total)
            break; /* what ended it is told by the next call */
        if (!is_passing(c, got))
            return 0;
        errno = EAGAIN;
        return -1;
    }
    return total;
}

bool tls_holds_more(const struct conn *c)
{
    return c->ssl && SSL_pending(c->ssl) > 0;
}

void tls_end(struct conn *c, bool orderly)
{
    if (!c->ssl)
        return;
    if (orderly)
        SSL_shutdown(c->ssl);
    SSL_free(c->ssl);
    c->ssl = NULL;
}

void tls_print(void)
{
    if (o.tls)
        printf("\"tls\":\"%s\",\"resumed\":%lu,", agreed, n_resumed);
}
