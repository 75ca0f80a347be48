/* Packets that we read, and what they prove about loss, order and repetition. */
#include "load.h"

static uint8_t rbuf[RBUF];

static void got_message(struct conn *c, const uint8_t *p, size_t n, uint64_t t)
{
    uint32_t run, id;
    uint64_t seq, t0;
    if (n < HEADER) {
        n_foreign++;
        return;
    }
    memcpy(&run, p, 4);
    memcpy(&id, p + 4, 4);
    memcpy(&seq, p + 8, 8);
    memcpy(&t0, p + 16, 8);
    if (run != run_id || id >= (uint32_t)o.pubs || (o.mode == PAIRS && id != (uint32_t)c->idx)) {
        n_foreign++;
        return;
    }
    struct track *k = o.mode == PAIRS ? &tracks[id] : &tracks[(size_t)c->idx * o.pubs + id];
    if (seq >> 3 >= k->bits_cap) {
        uint64_t cap = (seq >> 3) * 2 + 4096;
        k->bits = xrealloc(k->bits, cap);
        memset(k->bits + k->bits_cap, 0, cap - k->bits_cap);
        k->bits_cap = cap;
    }
    last_recv = t;
    count.recv++;
    if (k->bits[seq >> 3] & 1 << (seq & 7)) {
        k->dup++;
        return;
    }
    k->bits[seq >> 3] |= 1 << (seq & 7);
    k->unique++;
    if (seq < k->next)
        k->ooo++;
    else
        k->next = seq + 1;
    hist_add(&delivery, t > t0 ? t - t0 : 0);
    pubs[id].delivered++;
}

static void put_ack(struct conn *c, uint16_t pid)
{
    uint8_t *b = reserve(c, 4);
    b[0] = 0x40;
    b[1] = 2;
    b[2] = pid >> 8;
    b[3] = pid;
    written(c, 4);
}

static void acknowledge(struct conn *c, uint16_t pid, uint64_t t)
{
    if (o.ack_delay <= 0) {
        put_ack(c, pid);
        return;
    }
    if (!c->late)
        c->late = xrealloc(NULL, PACKET_IDS * sizeof *c->late);
    c->late[c->late_end++] = (struct late_ack){.due = t + (uint64_t)(o.ack_delay * 1e9), .pid = pid};
}

void send_late_acks(struct conn *c, uint64_t t)
{
    while (c->late_first != c->late_end && c->late[c->late_first].due <= t)
        put_ack(c, c->late[c->late_first++].pid);
    if (c->out_len > c->out_off && !c->want_out && c->st == READY)
        flush(c);
}

static void packet(struct conn *c, uint8_t type, const uint8_t *p, size_t n, uint64_t t)
{
    switch (type >> 4) {
    case 2:
        if (c->st != AWAIT_CONNACK || n != 2 || p[1])
            die("%c%d: CONNACK refused, code %d", c->role, c->idx, n == 2 ? p[1] : -1);
        if (c->role == 'c')
            hist_add(&ack, t - c->t_open);
        if (c->role == 's' || (c->role == 'c' && o.subscribe)) {
            send_subscribe(c);
            break;
        }
        c->st = READY;
        ready++;
        break;
    case 9:
        if (c->st != AWAIT_SUBACK || n != 3 || p[2] > 2)
            die("%c%d: SUBSCRIBE refused", c->role, c->idx);
        c->st = READY;
        ready++;
        break;
    case 3: {
        unsigned qos = type >> 1 & 3;
        size_t tl = n >= 2 ? (size_t)p[0] << 8 | p[1] : 0, skip = 2 + tl + (qos ? 2 : 0);
        if (n < skip || qos > 1)
            die("%c%d: malformed PUBLISH", c->role, c->idx);
        if (qos)
            acknowledge(c, p[skip - 2] << 8 | p[skip - 1], t);
        got_message(c, p + skip, n - skip, t);
        break;
    }
    case 4: {
        unsigned pid = n >= 2 ? p[0] << 8 | p[1] : 0;
        if (!c->pid_busy || !(c->pid_busy[pid >> 3] & 1 << (pid & 7))) {
            n_bad_ack++;
            break;
        }
        c->pid_busy[pid >> 3] &= ~(1 << (pid & 7));
        c->inflight--;
        c->acked++;
        count.acked++;
        hist_add(&ack, t - c->pid_time[pid]);
        break;
    }
    case 13: break;
    default: die("%c%d: unexpected packet type 0x%02x", c->role, c->idx, type);
    }
}

static void read_once(struct conn *c)
{
    if (c->left_len)
        memcpy(rbuf, c->left, c->left_len);
    uint8_t *to = rbuf + c->left_len;
    ssize_t n = c->ssl ? tls_recv(c, to, RBUF - c->left_len) : recv(c->fd, to, RBUF - c->left_len, 0);
    if (n <= 0) {
        if (n < 0 && errno == EAGAIN)
            return;
        lost_conn(c, n ? strerror(errno) : "closed by peer");
        return;
    }
    count.reads++;
    if (o.ws)
        n = ws_open(c, rbuf + c->left_len, n);
    uint64_t t = now_ns();
    size_t len = c->left_len + n, pos = 0;
    while (len - pos >= 2) {
        size_t rem = 0, i = pos + 1;
        int shift = 0;
        bool more = true;
        while (i < len && more) {
            rem |= (size_t)(rbuf[i] & 127) << shift;
            shift += 7;
            more = rbuf[i++] & 128;
            if (shift > 28)
                die("bad length");
        }
        if (more || len - i < rem)
            break;
        if (rem + 5 > RBUF)
            die("packet too large");
        packet(c, rbuf[pos], rbuf + i, rem, t);
        pos = i + rem;
    }
    c->left_len = len - pos;
    if (c->left_len > c->left_cap)
        c->left = xrealloc(c->left, c->left_cap = c->left_len * 2);
    if (c->left_len)
        memcpy(c->left, rbuf + pos, c->left_len);
    if (c->out_len > c->out_off && c->role == 's' && !c->want_out) {
        flush(c);
        c->t_write = t;
    } /* PUBACKs, one write */
    if (c->role == 'p')
        pump(c);
}

void on_readable(struct conn *c)
{
    do
        read_once(c);
    while (c->st != CLOSED && tls_holds_more(c));
}
