/* Modes fanin, fanout, pairs and pub: messages flow, and every one is accounted for. */
#include "load.h"

/* Where the measured window began. */
struct window {
    uint64_t t0, end;
    struct counters at;
    double server_cpu, self_cpu;
};

static void start_window(struct window *w, uint64_t t)
{
    memset(&delivery, 0, sizeof delivery);
    memset(&ack, 0, sizeof ack);
    *w = (struct window){.t0 = t,
                         .end = t + (uint64_t)(o.duration * 1e9),
                         .at = count,
                         .server_cpu = server_cpu(),
                         .self_cpu = self_cpu()};
}

static bool all_arrived(void)
{
    return count.recv >= count.sent * receivers() && (!o.qos || count.acked >= count.sent);
}

static bool is_over(const struct window *w, uint64_t t, uint64_t t_start)
{
    if (closed_early || t - t_start > o.max_secs * 1e9)
        return true;
    if (!w->t0)
        return false;
    if (!o.count)
        return t >= w->end;
    bool all_sent = count.sent >= (uint64_t)o.count * o.pubs;
    return all_sent && (all_arrived() || t - last_recv > o.drain * 1e9);
}

/* A message that the broker dropped would hold its credit for ever: after a second of silence, forgive it. */
static void forgive(uint64_t t)
{
    if (!o.credit || !count.sent || t <= last_recv || t - last_recv <= 1000000000ull)
        return;
    n_stalls++;
    last_recv = t;
    for (int i = 0; i < o.pubs; i++)
        pubs[i].forgiven = pubs[i].sent * receivers() - pubs[i].delivered;
}

static void open_all(uint64_t *t_start)
{
    size_t n_tracks = o.mode == PAIRS ? (size_t)o.pubs : (size_t)o.subs * o.pubs;
    subs = calloc(o.subs + 1, sizeof *subs);
    pubs = calloc(o.pubs, sizeof *pubs);
    tracks = calloc(n_tracks + 1, sizeof *tracks);
    open_group(subs, o.subs, 's');
    open_group(pubs, o.pubs, 'p');
    *t_start = now_ns();
    for (int i = 0; i < o.pubs; i++) {
        make_head(&pubs[i]);
        pubs[i].next_due = *t_start + (uint64_t)(o.rate > 0 ? 1e9 / o.rate * i : 0);
    }
}

static void run_until_over(struct window *w, uint64_t t_start)
{
    uint64_t second = t_start + 1000000000ull;
    last_recv = t_start;
    for (int i = 0; i < o.pubs; i++)
        pump(&pubs[i]);
    for (;;) {
        uint64_t t = now_ns();
        if (!w->t0 && t >= t_start + (uint64_t)(o.warmup * 1e9))
            start_window(w, t);
        if (is_over(w, t, t_start))
            return;
        turn(o.rate > 0 || o.ack_delay > 0 ? 1 : 100);
        for (int i = 0; o.ack_delay > 0 && i < o.subs; i++)
            send_late_acks(&subs[i], t);
        if (o.rate > 0 || o.credit)
            for (int i = 0; i < o.pubs; i++)
                pump(&pubs[i]);
        forgive(t);
        if (t > second) {
            keepalive(subs, o.subs, t);
            keepalive(pubs, o.pubs, t);
            second += 1000000000ull;
        }
    }
}

/* Waits for what is under way, so that loss is loss and not lateness. */
static void drain(void)
{
    stop_sending = true;
    last_recv = now_ns();
    while (!all_arrived() && now_ns() - last_recv < o.drain * 1e9) {
        turn(o.ack_delay > 0 ? 1 : 50);
        for (int i = 0; o.ack_delay > 0 && i < o.subs; i++)
            send_late_acks(&subs[i], now_ns());
    }
    say_goodbye(pubs, o.pubs);
    say_goodbye(subs, o.subs);
}

static void print_figures(const struct window *w, uint64_t t1)
{
    const struct counters *a = &w->at, *b = &count;
    double secs = (t1 - w->t0) / 1e9;
    double msgs = o.subs ? b->recv - a->recv : o.qos ? b->acked - a->acked : b->sent - a->sent;
    double per = msgs ? 1e6 / msgs : 0, cpu = server_cpu() - w->server_cpu;
    printf("\"elapsed_s\":%.3f,\"sent_per_s\":%.0f,\"msg_per_s\":%.0f,", secs, (b->sent - a->sent) / secs,
           msgs / secs);
    printf("\"p50_us\":%.0f,\"p95_us\":%.0f,\"p99_us\":%.0f,\"max_us\":%.0f,", hist_us(&delivery, .5),
           hist_us(&delivery, .95), hist_us(&delivery, .99), delivery.max / 1e3);
    printf("\"ack_p50_us\":%.0f,\"ack_p99_us\":%.0f,\"ack_max_us\":%.0f,", hist_us(&ack, .5),
           hist_us(&ack, .99), ack.max / 1e3);
    printf("\"server_cpu_us_per_msg\":%.3f,\"server_cpu_cores\":%.2f,\"client_cpu_us_per_msg\":%.3f,",
           cpu * per, cpu / secs, (self_cpu() - w->self_cpu) * per);
    printf("\"client_msgs_per_read\":%.1f,\"client_writes_per_msg\":%.3f,",
           b->reads > a->reads ? msgs / (b->reads - a->reads) : 0, (b->writes - a->writes) * per / 1e6);
    tls_print();
    printf("\"rss_kb\":%ld,\"hwm_kb\":%ld,", server_kb("VmRSS"), server_kb("VmHWM"));
}

static bool print_delivery(void)
{
    size_t n_tracks = o.mode == PAIRS ? (size_t)o.pubs : (size_t)o.subs * o.pubs;
    uint64_t unique = 0, dup = 0, ooo = 0;
    for (size_t i = 0; i < n_tracks; i++) {
        unique += tracks[i].unique;
        dup += tracks[i].dup;
        ooo += tracks[i].ooo;
    }
    uint64_t lost = count.sent * receivers() - unique;
    printf("\"sent\":%lu,\"acked\":%lu,\"received\":%lu,\"lost\":%lu,\"dup\":%lu,\"ooo\":%lu,\"foreign\":%lu,"
           "\"bad_acks\":%lu,\"stalls\":%lu,\"closed_early\":%d}\n",
           count.sent, count.acked, count.recv, lost, dup, ooo, n_foreign, n_bad_ack, n_stalls, closed_early);
    return !lost && !dup && !ooo;
}

int run_messages(void)
{
    uint64_t t_start;
    struct window w = {0};
    open_all(&t_start);
    if (o.count)
        o.warmup = 0;
    run_until_over(&w, t_start);
    if (!w.t0)
        start_window(&w, t_start);
    printf("{\"mode\":\"%s\",\"pubs\":%d,\"subs\":%d,\"qos\":%d,\"size\":%d,\"window\":%d,\"credit\":%d,"
           "\"batch\":%d,\"rate\":%.0f,",
           mode_names[o.mode], o.pubs, o.subs, o.qos, o.size, o.window, o.credit, o.batch, o.rate);
    print_figures(&w, now_ns());
    drain();
    bool complete = print_delivery();
    return closed_early ? 1 : o.strict && !complete ? 2 : 0;
}
