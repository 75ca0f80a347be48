/* Modes connect and churn. */
#include "load.h"

int run_connections(void)
{
    long rss0 = server_kb("VmRSS");
    double cpu0 = server_cpu(), me0 = self_cpu();
    uint64_t t0 = now_ns(), t1, done = 0;
    if (o.mode == CONNECT) {
        idle = calloc(o.conns, sizeof *idle);
        open_group(idle, o.conns, 'c');
        done = o.conns;
        t1 = now_ns();
    } else {
        idle = calloc(o.concurrency, sizeof *idle);
        int started = 0;
        while (done < (uint64_t)o.conns) {
            for (int i = 0; i < o.concurrency; i++) {
                if (idle[i].st == READY) {
                    say_goodbye(&idle[i], 1);
                    done++;
                }
                if (idle[i].st == CLOSED && started < o.conns)
                    open_conn(&idle[i], 'c', started++);
            }
            if (closed_early)
                die("broker closed a connection");
            turn(100);
        }
        t1 = now_ns();
    }
    double cpu1 = server_cpu(), me1 = self_cpu(), secs = (t1 - t0) / 1e9;
    uint64_t end = t1 + (uint64_t)(o.hold * 1e9), next = t1 + 1000000000ull;
    while (now_ns() < end) {
        turn(100);
        if (now_ns() > next) {
            keepalive(idle, o.mode == CONNECT ? o.conns : 0, now_ns());
            next += 1000000000ull;
        }
    }
    double cpu2 = server_cpu();
    long rss1 = server_kb("VmRSS");
    if (o.mode == CONNECT)
        say_goodbye(idle, o.conns);
    printf("{");
    tls_print();
    printf("\"mode\":\"%s\",\"connections\":%lu,\"elapsed_s\":%.3f,\"conn_per_s\":%.0f,\"conn_p50_us\":%.0f,"
           "\"conn_p99_us\":%.0f,\"conn_max_us\":%.0f,"
           "\"conn_per_server_cpu_s\":%.0f,\"server_cpu_us_per_conn\":%.1f,\"client_cpu_us_per_conn\":%.1f,"
           "\"rss_before_kb\":%ld,\"rss_"
           "after_kb\":%ld,\"rss_per_conn_bytes\":%.0f,"
           "\"hold_s\":%.1f,\"hold_server_cpu_s\":%.2f,\"hwm_kb\":%ld}\n",
           mode_names[o.mode], done, secs, done / secs, hist_us(&ack, .5), hist_us(&ack, .99), ack.max / 1e3,
           cpu1 > cpu0 ? done / (cpu1 - cpu0) : 0, (cpu1 - cpu0) * 1e6 / done, (me1 - me0) * 1e6 / done, rss0,
           rss1, (rss1 - rss0) * 1024.0 / done, o.hold, cpu2 - cpu1, server_kb("VmHWM"));
    return 0;
}
