/* Bytes waiting for a socket. */
#include "load.h"

#include <sys/epoll.h>

uint8_t *reserve(struct conn *c, size_t n)
{
    n += 8; /* a WebSocket frame's head */
    if (c->out_len + n > c->out_cap) {
        if (c->out_off) {
            memmove(c->out, c->out + c->out_off, c->out_len - c->out_off);
            c->out_len -= c->out_off;
            c->out_off = 0;
        }
        if (c->out_len + n > c->out_cap)
            c->out = xrealloc(c->out, c->out_cap = (c->out_len + n) * 2);
    }
    return c->out + c->out_len;
}

void written(struct conn *c, size_t n)
{
    c->out_len += o.ws ? ws_seal(c->out + c->out_len, n) : n;
}

void watch_out(struct conn *c, bool on)
{
    if (c->want_out == on)
        return;
    struct epoll_event ev = {.events = EPOLLIN | (on ? EPOLLOUT : 0), .data.ptr = c};
    epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &ev);
    c->want_out = on;
}

ssize_t wire_send(struct conn *c, const uint8_t *b, size_t n)
{
    return c->ssl ? tls_send(c, b, n) : send(c->fd, b, n, MSG_NOSIGNAL);
}

void lost_conn(struct conn *c, const char *why)
{
    if (c->st == CLOSED)
        return;
    if (c->st != READY || !stop_sending) {
        if (!closed_early++)
            fprintf(stderr, "lightmq-load: %c%d closed: %s\n", c->role, c->idx, why);
    }
    tls_end(c, false);
    close(c->fd);
    c->st = CLOSED;
}

void flush(struct conn *c)
{
    while (c->out_off < c->out_len) {
        ssize_t n = wire_send(c, c->out + c->out_off, c->out_len - c->out_off);
        if (n < 0) {
            if (errno == EAGAIN) {
                watch_out(c, true);
                return;
            }
            lost_conn(c, strerror(errno));
            return;
        }
        c->out_off += n;
        count.writes++;
    }
    c->out_off = c->out_len = 0;
    watch_out(c, false);
}
