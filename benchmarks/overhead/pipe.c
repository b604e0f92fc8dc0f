/* SPDX-License-Identifier: BSL-1.0 */
#include "pipe.h"

#include <string.h>

size_t pipe_put(struct pipe_buffer* p, const unsigned char* data, size_t size) {
    size_t const room = sizeof p->bytes - p->end;
    size_t const n = size < room ? size : room;
    memcpy(p->bytes + p->end, data, n);
    p->end += n;
    return n;
}

size_t pipe_take(struct pipe_buffer* p, unsigned char* data, size_t size) {
    size_t const held = p->end - p->begin;
    size_t const n = size < held ? size : held;
    memcpy(data, p->bytes + p->begin, n);
    p->begin += n;
    if (p->begin == p->end) {
        p->begin = p->end = 0;
    }
    return n;
}
