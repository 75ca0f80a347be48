/* What the parts of lightmq-load share: options, connections, counters. One thread, so plain globals. */
#ifndef LIGHTMQ_LOAD_H
#define LIGHTMQ_LOAD_H
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEADER = 24, RBUF = 1 << 20, OUT_SOFT = 64 << 10, PACKET_IDS = 65536 };
enum mode { FANIN, FANOUT, PAIRS, PUB, CONNECT, CHURN };
enum state { CLOSED, CONNECTING, SHAKING, AWAIT_UPGRADE, AWAIT_CONNACK, AWAIT_SUBACK, READY };
extern const char *const mode_names[];

struct options {
    const char *host, *user, *pass, *client_id, *subscriber_id, *topic, *filter;
    int port, mode, pubs, subs, qos, size, window, credit, batch, conns, concurrency, keepalive, server_pid;
    int tls; /* 0: none; 12, 13: the version */
    long count;
    double duration, warmup, rate, hold, drain, max_secs, ack_delay;
    bool clean, strict, retain, subscribe, ws, resume;
};

/* A PUBACK that a subscriber gives later: a bridge waits for the far end before it acknowledges here. */
struct late_ack {
    uint64_t due;
    uint16_t pid;
};

struct conn {
    int fd, idx;
    struct ssl_st *ssl; /* NULL without --tls */
    char role;          /* 'p'ublisher, 's'ubscriber, 'c' idle connection */
    enum state st;
    bool want_out;
    uint8_t *out, *left; /* unsent bytes; an incomplete packet kept from the last read */
    size_t out_len, out_off, out_cap, left_len, left_cap;
    uint64_t t_open, t_write;
    struct late_ack *late; /* ring of PACKET_IDS: PUBACKs that wait for --ack-delay */
    uint16_t late_first, late_end;
    uint64_t ws_left; /* payload of the frame that is being read */
    uint8_t ws_head[10];
    unsigned ws_head_len;
    /* publishers */
    uint64_t sent, acked, delivered, forgiven, next_due;
    unsigned inflight;
    uint16_t pid;
    uint8_t *pid_busy;  /* bitmap of packet ids in flight */
    uint64_t *pid_time; /* when each was sent */
    uint8_t *head;
    size_t head_len; /* ready-made fixed header + topic */
};

/* What one subscriber got from one publisher. */
struct track {
    uint64_t unique, dup, ooo, next, bits_cap;
    uint8_t *bits;
};

/* Everything that is zeroed, in effect, when the measured window starts: the end is compared with it. */
struct counters {
    uint64_t recv, sent, acked, writes, reads;
};

struct histogram {
    uint32_t steps[64 << 7];
    uint64_t n, max;
};

extern struct options o;
extern struct conn *subs, *pubs, *idle;
extern struct track *tracks;
extern int ep, ready, closed_early;
extern uint32_t run_id;
extern struct counters count;
extern uint64_t n_foreign, n_bad_ack, n_stalls, last_recv;
extern bool stop_sending;
extern struct histogram delivery, ack; /* send to receipt; send to PUBACK, or connect to CONNACK */

/* main.c */
void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
uint64_t now_ns(void);
void *xrealloc(void *p, size_t n);
uint64_t receivers(void); /* how many subscribers each message reaches */

/* histogram.c */
void hist_add(struct histogram *h, uint64_t ns);
double hist_us(const struct histogram *h, double q);

/* server.c */
double server_cpu(void);         /* seconds */
double self_cpu(void);           /* seconds */
long server_kb(const char *key); /* a line of /proc/PID/status such as VmRSS */

/* output.c */
uint8_t *reserve(struct conn *c, size_t n);
void written(struct conn *c, size_t n); /* n bytes of one packet, into what was reserved */
void flush(struct conn *c);
void watch_out(struct conn *c, bool on);
ssize_t wire_send(struct conn *c, const uint8_t *b, size_t n); /* as send() */
void lost_conn(struct conn *c, const char *why);

/* websocket.c */
size_t ws_seal(uint8_t *b, size_t n); /* one packet into a frame, up to 8 bytes longer */
void ws_request(struct conn *c);
size_t ws_open(struct conn *c, uint8_t *b, size_t n); /* in place; gives how many bytes are MQTT */

/* tls.c */
void tls_begin(struct conn *c);
bool tls_shake(struct conn *c);                               /* whether the handshake is over */
ssize_t tls_send(struct conn *c, const uint8_t *b, size_t n); /* as send() */
ssize_t tls_recv(struct conn *c, uint8_t *b, size_t n);       /* as recv(), but all that is there */
bool tls_holds_more(const struct conn *c);                    /* decoded already, unknown to epoll */
void tls_end(struct conn *c, bool orderly);
void tls_print(void);

/* publish.c */
void send_connect(struct conn *c);
void send_subscribe(struct conn *c);
void make_head(struct conn *c);
void pump(struct conn *c); /* sends what window, credit, rate and socket allow */

/* receive.c */
void on_readable(struct conn *c);
void send_late_acks(struct conn *c, uint64_t t);

/* connections.c */
void open_conn(struct conn *c, char role, int idx);
void open_group(struct conn *g, int n, char role); /* at most --concurrency handshakes at once */
void turn(int timeout_ms);
void keepalive(struct conn *g, int n, uint64_t t);
void say_goodbye(struct conn *g, int n);

/* connects.c, messages.c: one run; the exit status */
int run_connections(void);
int run_messages(void);

#endif
