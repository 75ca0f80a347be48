/* Latency histogram: log-linear, 128 steps per octave (< 0.8 % error). */
#include "load.h"

enum { SUB_BITS = 7 };

void hist_add(struct histogram *h, uint64_t ns)
{
    int e = ns < (1u << SUB_BITS) ? 0 : 63 - __builtin_clzll(ns) - SUB_BITS + 1;
    uint32_t m = e ? (ns >> (e - 1)) & ((1u << SUB_BITS) - 1) : ns;
    h->steps[(e << SUB_BITS) + m]++;
    h->n++;
    if (ns > h->max)
        h->max = ns;
}

double hist_us(const struct histogram *h, double q)
{
    uint64_t want = (uint64_t)(q * h->n), seen = 0;
    for (size_t i = 0; i < sizeof h->steps / sizeof *h->steps; i++)
        if (h->steps[i] && (seen += h->steps[i]) > want) {
            uint64_t e = i >> SUB_BITS, m = i & ((1u << SUB_BITS) - 1);
            return (e ? (m | 1u << SUB_BITS) * (double)(1ull << (e - 1)) : m) / 1000.0;
        }
    return h->max / 1000.0;
}
