/* Packets that we write, and how fast a publisher may write them. */
#include "load.h"

static uint8_t *put_len(uint8_t *p, size_t n)
{
    do {
        *p = n & 127;
        n >>= 7;
        if (n)
            *p |= 128;
        p++;
    } while (n);
    return p;
}

static uint8_t *put_str(uint8_t *p, const char *s)
{
    size_t n = strlen(s);
    *p++ = n >> 8;
    *p++ = n;
    memcpy(p, s, n);
    return p + n;
}

/* %i index (or `all` if given), %r role, %n run id */
static char *expand(const char *fmt, int idx, char role, const char *all)
{
    static char bufs[4][512];
    static int k;
    char *b = bufs[k = (k + 1) & 3], *w = b, *end = b + 500;
    for (; *fmt && w < end; fmt++)
        if (fmt[0] == '%' && fmt[1] && strchr("irn", fmt[1])) {
            fmt++;
            if (*fmt == 'i' && all)
                w += snprintf(w, end - w, "%s", all);
            else if (*fmt == 'i')
                w += snprintf(w, end - w, "%d", idx);
            else if (*fmt == 'r')
                *w++ = role;
            else
                w += snprintf(w, end - w, "%x", run_id);
        } else
            *w++ = *fmt;
    *w = 0;
    return b;
}

void send_connect(struct conn *c)
{
    const char *format = c->role == 's' && o.subscriber_id ? o.subscriber_id : o.client_id;
    const char *id = expand(format, c->idx, c->role, NULL);
    const char *u = o.user ? expand(o.user, c->idx, c->role, NULL) : NULL,
               *pw = o.pass ? expand(o.pass, c->idx, c->role, NULL) : NULL;
    size_t rem = 10 + 2 + strlen(id) + (u ? 2 + strlen(u) : 0) + (pw ? 2 + strlen(pw) : 0);
    uint8_t *b = reserve(c, rem + 5), *p = b;
    *p++ = 0x10;
    p = put_len(p, rem);
    p = put_str(p, "MQTT");
    *p++ = 4;
    *p++ = (o.clean || c->role == 'p' ? 2 : 0) | (pw ? 0x40 : 0) | (u ? 0x80 : 0);
    *p++ = o.keepalive >> 8;
    *p++ = o.keepalive;
    p = put_str(p, id);
    if (u)
        p = put_str(p, u);
    if (pw)
        p = put_str(p, pw);
    written(c, p - b);
    c->st = AWAIT_CONNACK;
    flush(c);
}

void send_subscribe(struct conn *c)
{
    const char *all = o.mode == FANIN || o.mode == FANOUT ? (o.pubs > 1 ? "+" : "0") : NULL;
    const char *f =
        o.filter ? expand(o.filter, c->idx, c->role, NULL) : expand(o.topic, c->idx, c->role, all);
    size_t rem = 2 + 2 + strlen(f) + 1;
    uint8_t *b = reserve(c, rem + 5), *p = b;
    *p++ = 0x82;
    p = put_len(p, rem);
    *p++ = 0;
    *p++ = 1;
    p = put_str(p, f);
    *p++ = o.qos;
    written(c, p - b);
    c->st = AWAIT_SUBACK;
    flush(c);
}

void make_head(struct conn *c)
{
    const char *t = expand(o.topic, c->idx, c->role, NULL);
    c->head = xrealloc(NULL, strlen(t) + 16);
    uint8_t *p = c->head;
    *p++ = 0x30 | o.qos << 1 | o.retain;
    p = put_len(p, 2 + strlen(t) + (o.qos ? 2 : 0) + o.size);
    p = put_str(p, t);
    c->head_len = p - c->head;
    if (o.qos) {
        c->pid_busy = calloc(PACKET_IDS / 8, 1);
        c->pid_time = calloc(PACKET_IDS, sizeof *c->pid_time);
    }
}

static void encode_publish(struct conn *c, uint64_t t)
{
    uint8_t *b = reserve(c, c->head_len + 2 + o.size), *p = b;
    memcpy(p, c->head, c->head_len);
    p += c->head_len;
    if (o.qos) {
        do
            if (!++c->pid)
                c->pid = 1;
        while (c->pid_busy[c->pid >> 3] & 1 << (c->pid & 7));
        c->pid_busy[c->pid >> 3] |= 1 << (c->pid & 7);
        *p++ = c->pid >> 8;
        *p++ = c->pid;
        c->inflight++;
        c->pid_time[c->pid] = t;
    }
    uint32_t id = c->idx;
    uint64_t seq = c->sent++;
    memcpy(p, &run_id, 4);
    memcpy(p + 4, &id, 4);
    memcpy(p + 8, &seq, 8);
    memcpy(p + 16, &t, 8);
    memset(p + HEADER, 'x', o.size - HEADER);
    p += o.size;
    written(c, p - b);
    count.sent++;
}

/* Let a publisher send whatever its window, credit, rate and socket allow. */
void pump(struct conn *c)
{
    if (c->st != READY || !c->head || stop_sending)
        return; /* no head: traffic has not begun */
    int in_batch = 0;
    while (c->out_len - c->out_off < OUT_SOFT) {
        if (o.count && c->sent >= (uint64_t)o.count)
            break;
        if (o.qos && c->inflight >= (unsigned)o.window)
            break;
        if (o.credit && receivers() &&
            c->sent * receivers() >= c->delivered + c->forgiven + (uint64_t)o.credit * receivers())
            break;
        uint64_t t = now_ns();
        if (o.rate > 0) {
            if (t < c->next_due)
                break;
            c->next_due += (uint64_t)(1e9 * o.pubs / o.rate);
        }
        encode_publish(c, t);
        if (o.batch && ++in_batch >= o.batch) {
            flush(c);
            in_batch = 0;
            if (c->want_out || c->st != READY)
                return;
            c->t_write = t;
        }
    }
    if (c->out_len > c->out_off) {
        c->t_write = now_ns();
        flush(c);
    }
}
