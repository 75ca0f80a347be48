/* lightmq-load: a small MQTT 3.1.1 load generator and delivery checker for Linux.
 *
 * One thread, raw sockets, no MQTT library. Every payload carries run id, publisher id, sequence number and
 * send time, so the tool knows for each (subscriber, publisher) pair exactly which messages were lost,
 * duplicated or reordered, and how long each one took. The result is one JSON line on standard output; exit
 * status 0 if the run could be carried out (loss is reported, not judged, unless --strict), 1 on a usage or
 * protocol error, 2 if --strict and messages were lost, duplicated or out of order.
 *
 * Flow control: a QoS 1 publisher never has more than --window unacknowledged messages. --credit K adds an
 * end-to-end limit: at most K messages per publisher that not every subscriber has seen yet. Without it a
 * saturating run measures the broker's drop policy as much as its speed.
 *
 * Measuring: after --warmup seconds the counters, histograms and the server's CPU clock start anew and
 * --duration seconds are measured (or -n messages per publisher, with no warm-up). Sequence checks cover the
 * whole run, warm-up and drain included. On few cores prefer server_cpu_us_per_msg to msg/s.
 */
#include "load.h"

#include <getopt.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>

const char *const mode_names[] = {"fanin", "fanout", "pairs", "pub", "connect", "churn"};

struct options o = {.host = "127.0.0.1",
                    .port = 1883,
                    .client_id = "load-%n-%r%i",
                    .topic = "load/%i",
                    .mode = -1,
                    .size = 64,
                    .window = 20,
                    .conns = 1000,
                    .concurrency = 50,
                    .keepalive = 300,
                    .duration = 5,
                    .warmup = 1,
                    .drain = 3,
                    .max_secs = 60,
                    .clean = true};
struct conn *subs, *pubs, *idle;
struct track *tracks;
int ep, ready, closed_early;
uint32_t run_id;
struct counters count;
uint64_t n_foreign, n_bad_ack, n_stalls, last_recv;
bool stop_sending;
struct histogram delivery, ack;

void die(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("lightmq-load: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(1);
}

uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ull + t.tv_nsec;
}

void *xrealloc(void *p, size_t n)
{
    p = realloc(p, n);
    if (!p)
        die("out of memory");
    return p;
}

uint64_t receivers(void)
{
    return o.mode == PAIRS ? 1 : o.subs;
}

static void usage(void)
{
    fputs("usage: lightmq-load -m MODE [options]\n"
          "modes\n"
          "  fanin    -p 10 publishers -> one subscriber (-s for more; each then gets everything)\n"
          "  fanout   one publisher -> -s 50 subscribers (-p for more; everybody gets everything)\n"
          "  pairs    -p 100 publishers, as many subscribers, i -> i\n"
          "  pub      -p 1 publisher, nobody subscribed\n"
          "  connect  open -c connections (-C at a time), hold them --hold seconds\n"
          "  churn    connect, CONNACK, DISCONNECT, close; -c times in all, -C at a time\n"
          "options\n"
          "  -H ipv4, -P port, --server-pid PID      the broker, and its process to measure\n"
          "  -p pubs, -s subs, -q 0|1, -b bytes      who, quality of service, payload size (64)\n"
          "  -w, --window N      QoS 1 messages in flight per publisher (20)\n"
          "  -k, --credit N      undelivered messages per publisher, end to end (0 = unlimited)\n"
          "  --batch N           at most N messages per write (0 = as many as allowed)\n"
          "  -r, --rate R        messages/s over all publishers (0 = as fast as possible)\n"
          "  -n N | -d seconds   N messages per publisher, or a timed run (5 s)\n"
          "  --warmup S, --drain S, --max-secs 60\n"
          "  -c conns, -C concurrency, --hold S, --subscribe       for connect and churn\n"
          "  -i client_id, -t topic, -f filter, -u user, --pass password\n"
          "                      formats: %i index, %r role p/s/c, %n run id\n"
          "  --subscriber-id ID  client id of the subscribers, where it differs\n"
          "  --ack-delay S       subscribers acknowledge this much later\n"
          "  --persistent (clean session off for all but publishers), --retain, --keepalive S, --strict\n"
          "  --ws                over WebSocket, path /mqtt, one frame per packet\n"
          "  --tls, --tls=1.2    over TLS 1.3 or 1.2, one cipher suite, one group; trusts any certificate\n"
          "  --resume            handshakes show the newest ticket; without it all are full\n",
          stderr);
    exit(1);
}

/* The options, by what they set; short names where one is there, numbers from 256 on for the rest. */
static const struct option long_options[] = {
    {"host", 1, 0, 'H'},          {"port", 1, 0, 'P'},        {"mode", 1, 0, 'm'},
    {"pubs", 1, 0, 'p'},          {"subs", 1, 0, 's'},        {"qos", 1, 0, 'q'},
    {"size", 1, 0, 'b'},          {"window", 1, 0, 'w'},      {"credit", 1, 0, 'k'},
    {"rate", 1, 0, 'r'},          {"count", 1, 0, 'n'},       {"duration", 1, 0, 'd'},
    {"conns", 1, 0, 'c'},         {"client-id", 1, 0, 'i'},   {"topic", 1, 0, 't'},
    {"filter", 1, 0, 'f'},        {"concurrency", 1, 0, 'C'}, {"user", 1, 0, 'u'},
    {"batch", 1, 0, 256},         {"warmup", 1, 0, 257},      {"drain", 1, 0, 258},
    {"hold", 1, 0, 259},          {"subscribe", 0, 0, 260},   {"pass", 1, 0, 261},
    {"persistent", 0, 0, 262},    {"retain", 0, 0, 263},      {"keepalive", 1, 0, 264},
    {"server-pid", 1, 0, 265},    {"strict", 0, 0, 266},      {"max-secs", 1, 0, 267},
    {"subscriber-id", 1, 0, 268}, {"ack-delay", 1, 0, 269},   {"ws", 0, 0, 270},
    {"tls", 2, 0, 271},           {"resume", 0, 0, 272},      {0, 0, 0, 0}};

static const struct {
    int name;
    int *value;
} int_options[] = {{'P', &o.port},  {'p', &o.pubs},      {'s', &o.subs},       {'q', &o.qos},
                   {'b', &o.size},  {'w', &o.window},    {'k', &o.credit},     {'c', &o.conns},
                   {256, &o.batch}, {264, &o.keepalive}, {265, &o.server_pid}, {'C', &o.concurrency},
                   {0, NULL}};
static const struct {
    int name;
    double *value;
} double_options[] = {{'r', &o.rate}, {'d', &o.duration},  {257, &o.warmup},   {258, &o.drain},
                      {259, &o.hold}, {269, &o.ack_delay}, {267, &o.max_secs}, {0, NULL}};
static const struct {
    int name;
    const char **value;
} text_options[] = {{'H', &o.host}, {'i', &o.client_id}, {'t', &o.topic},         {'f', &o.filter},
                    {'u', &o.user}, {261, &o.pass},      {268, &o.subscriber_id}, {0, NULL}};

static int mode_named(const char *name)
{
    for (int i = 0; i <= CHURN; i++)
        if (!strcmp(name, mode_names[i]))
            return i;
    usage();
    return -1;
}

static int tls_named(const char *version)
{
    if (version && strcmp(version, "1.2") && strcmp(version, "1.3"))
        usage();
    return version && !strcmp(version, "1.2") ? 12 : 13;
}

static void set_option(int name, const char *value)
{
    for (int i = 0; int_options[i].name; i++)
        if (int_options[i].name == name)
            *int_options[i].value = atoi(value);
    for (int i = 0; double_options[i].name; i++)
        if (double_options[i].name == name)
            *double_options[i].value = atof(value);
    for (int i = 0; text_options[i].name; i++)
        if (text_options[i].name == name)
            *text_options[i].value = value;
    switch (name) {
    case '?': usage(); break;
    case 'm': o.mode = mode_named(value); break;
    case 'n': o.count = atol(value); break;
    case 260: o.subscribe = true; break;
    case 262: o.clean = false; break;
    case 263: o.retain = true; break;
    case 266: o.strict = true; break;
    case 270: o.ws = true; break;
    case 271: o.tls = tls_named(value); break;
    case 272: o.resume = true; break;
    }
}

static void fill_in_defaults(void)
{
    if (o.mode < 0 || o.qos < 0 || o.qos > 1 || o.window < 1 || o.window > 60000 || o.concurrency < 1)
        usage();
    if (o.size < HEADER)
        fprintf(stderr, "lightmq-load: payload raised to %d bytes (the checking header)\n", o.size = HEADER);
    if (o.size > RBUF / 2)
        die("payload too large");
    if (!o.pubs)
        o.pubs = o.mode == FANIN ? 10 : o.mode == PAIRS ? 100 : 1;
    if (o.mode == PAIRS)
        o.subs = o.pubs;
    else if (o.mode == PUB)
        o.subs = 0;
    else if (!o.subs)
        o.subs = o.mode == FANOUT ? 50 : 1;
}

int main(int argc, char **argv)
{
    int name;
    while ((name = getopt_long(argc, argv, "H:P:m:p:s:q:b:w:k:r:n:d:c:C:i:t:f:u:", long_options, NULL)) != -1)
        set_option(name, optarg);
    if (optind != argc)
        usage();
    fill_in_defaults();
    run_id = (uint32_t)(now_ns() ^ (uint64_t)getpid() << 20);
    struct rlimit files;
    if (!getrlimit(RLIMIT_NOFILE, &files)) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    if ((ep = epoll_create1(EPOLL_CLOEXEC)) < 0)
        die("epoll_create1: %s", strerror(errno));
    return o.mode == CONNECT || o.mode == CHURN ? run_connections() : run_messages();
}
