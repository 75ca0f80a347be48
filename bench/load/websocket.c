/* --ws: each packet that we write goes into a frame of its own; frames that we read are taken off. */
#include "load.h"

static const char request[] = "GET /mqtt HTTP/1.1\r\nHost: broker\r\nUpgrade: websocket\r\n"
                              "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                              "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";
static const uint8_t mask[4] = {0x37, 0xfa, 0x21, 0x3d};

size_t ws_seal(uint8_t *b, size_t n)
{
    size_t h = n < 126 ? 6 : 8;
    if (n > 65535)
        die("--ws takes packets up to 65535 bytes");
    memmove(b + h, b, n);
    b[0] = 0x82;
    b[1] = 0x80 | (n < 126 ? n : 126);
    if (n >= 126) {
        b[2] = n >> 8;
        b[3] = n;
    }
    memcpy(b + h - 4, mask, 4);
    for (size_t i = 0; i < n; i++)
        b[h + i] ^= mask[i & 3];
    return n + h;
}

void ws_request(struct conn *c)
{
    uint8_t *b = reserve(c, sizeof request);
    memcpy(b, request, sizeof request - 1);
    c->out_len += sizeof request - 1;
    c->st = AWAIT_UPGRADE;
    c->ws_left = c->ws_head_len = 0;
    flush(c);
}

/* The answer's head comes in one piece here, before any frame. */
static size_t upgraded(struct conn *c, uint8_t *b, size_t n)
{
    if (n < 12 || memcmp(b + 9, "101", 3) || memcmp(b + n - 4, "\r\n\r\n", 4))
        die("%c%d: no WebSocket", c->role, c->idx);
    send_connect(c);
    return 0;
}

size_t ws_open(struct conn *c, uint8_t *b, size_t n)
{
    if (c->st == AWAIT_UPGRADE)
        return upgraded(c, b, n);
    size_t r = 0, w = 0;
    while (r < n) {
        if (c->ws_left) {
            size_t k = n - r < c->ws_left ? n - r : c->ws_left;
            memmove(b + w, b + r, k);
            r += k;
            w += k;
            c->ws_left -= k;
            continue;
        }
        c->ws_head[c->ws_head_len++] = b[r++];
        uint8_t form = c->ws_head_len > 1 ? c->ws_head[1] : 0;
        unsigned whole = form == 127 ? 10 : form == 126 ? 4 : 2;
        if (c->ws_head_len < whole)
            continue;
        if (c->ws_head[0] != 0x82)
            die("%c%d: unexpected frame 0x%02x", c->role, c->idx, c->ws_head[0]);
        c->ws_left = form < 126 ? form : 0;
        for (unsigned i = 2; i < whole; i++)
            c->ws_left = c->ws_left << 8 | c->ws_head[i];
        c->ws_head_len = 0;
    }
    return w;
}
