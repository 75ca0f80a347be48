/* Connections and the event loop. */
#include "load.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>

void open_conn(struct conn *c, char role, int idx)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(o.port)};
    int one = 1;
    if (inet_pton(AF_INET, o.host, &a.sin_addr) != 1)
        die("--host must be an IPv4 address");
    c->role = role;
    c->idx = idx;
    c->t_open = c->t_write = now_ns();
    c->out_len = c->out_off = c->left_len = 0;
    c->want_out = true;
    if ((c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) < 0)
        die("socket: %s", strerror(errno));
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(c->fd, (void *)&a, sizeof a) && errno != EINPROGRESS)
        die("connect: %s", strerror(errno));
    struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
    if (epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &ev))
        die("epoll_ctl: %s", strerror(errno));
    c->st = CONNECTING;
}

/* The way to the broker is open, up to MQTT or WebSocket. */
static void connected(struct conn *c)
{
    if (o.ws)
        ws_request(c);
    else
        send_connect(c);
}

static void tcp_connected(struct conn *c)
{
    int err = 0;
    socklen_t l = sizeof err;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &l);
    if (err)
        die("%c%d: connect: %s", c->role, c->idx, strerror(err));
    if (o.tls)
        tls_begin(c);
    else
        connected(c);
}

void turn(int timeout_ms)
{
    struct epoll_event ev[256];
    int n = epoll_wait(ep, ev, 256, timeout_ms);
    for (int i = 0; i < n; i++) {
        struct conn *c = ev[i].data.ptr;
        if (c->st == CONNECTING && ev[i].events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) {
            tcp_connected(c);
            if (c->st != SHAKING)
                continue;
        }
        if (c->st == SHAKING) {
            if (!tls_shake(c))
                continue;
            connected(c);
        }
        if (ev[i].events & EPOLLOUT && c->st != CLOSED) {
            flush(c);
            if (c->role == 'p' && !c->want_out)
                pump(c);
        }
        if (ev[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR) && c->st != CLOSED)
            on_readable(c);
    }
}

void open_group(struct conn *g, int n, char role) /* at most --concurrency handshakes at once */
{
    uint64_t limit = now_ns() + 60000000000ull;
    int started = 0, base = ready;
    while (ready - base < n) {
        while (started < n && started - (ready - base) < o.concurrency) {
            open_conn(&g[started], role, started);
            started++;
        }
        turn(100);
        if (closed_early)
            die("broker closed a connection during set-up");
        if (now_ns() > limit)
            die("set-up timed out: %d of %d %c", ready - base, n, role);
    }
}

void keepalive(struct conn *g, int n, uint64_t t)
{
    for (int i = 0; i < n; i++)
        if (g[i].st == READY && t - g[i].t_write > o.keepalive * 500000000ull) {
            uint8_t *b = reserve(&g[i], 2);
            b[0] = 0xC0;
            b[1] = 0;
            written(&g[i], 2);
            g[i].t_write = t;
            flush(&g[i]);
        }
}

void say_goodbye(struct conn *g, int n)
{
    for (int i = 0; i < n; i++)
        if (g[i].st == READY) {
            uint8_t bye[8] = {0xE0, 0};
            if (wire_send(&g[i], bye, o.ws ? ws_seal(bye, 2) : 2) < 0) {
            }
            tls_end(&g[i], true);
            close(g[i].fd);
            g[i].st = CLOSED;
        }
}
