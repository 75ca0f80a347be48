/* The server process as /proc shows it, and our own CPU time. */
#include "load.h"

#include <sys/resource.h>

double server_cpu(void) /* utime + stime, seconds */
{
    char path[64], buf[1024];
    unsigned long ut, st;
    if (!o.server_pid)
        return 0;
    snprintf(path, sizeof path, "/proc/%d/stat", o.server_pid);
    FILE *f = fopen(path, "r");
    if (!f)
        die("server pid %d is gone", o.server_pid);
    size_t n = fread(buf, 1, sizeof buf - 1, f);
    fclose(f);
    buf[n] = 0;
    char *p = strrchr(buf, ')');
    if (!p || sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &ut, &st) != 2)
        die("cannot parse %s", path);
    return (ut + st) / (double)sysconf(_SC_CLK_TCK);
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
