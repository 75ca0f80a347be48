/* The server process as /proc shows it, and our own CPU time. */
#include "load.h"

#include <sys/resource.h>
#include <time.h>

/* User + system time of all its threads, seconds: the kernel's clock of the process, in nanoseconds, where
 * /proc/PID/stat counts in ticks of 10 ms. */
double server_cpu(void)
{
    clockid_t clock;
    struct timespec t;
    if (!o.server_pid)
        return 0;
    if (clock_getcpuclockid(o.server_pid, &clock) || clock_gettime(clock, &t))
        die("server pid %d is gone", o.server_pid);
    return t.tv_sec + t.tv_nsec / 1e9;
}

long server_kb(const char *key) /* a line of /proc/PID/status such as VmRSS */
{
    char path[64], line[256];
    long v = 0;
    if (!o.server_pid)
        return 0;
    snprintf(path, sizeof path, "/proc/%d/status", o.server_pid);
    FILE *f = fopen(path, "r");
    if (!f)
        die("server pid %d is gone", o.server_pid);
    while (fgets(line, sizeof line, f))
        if (!strncmp(line, key, strlen(key))) {
            v = atol(line + strlen(key) + 1);
            break;
        }
    fclose(f);
    return v;
}

double self_cpu(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}
