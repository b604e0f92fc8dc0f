/* SPDX-License-Identifier: BSL-1.0 */
#ifndef TLSPP_BENCHMARK_PIPE_H
#define TLSPP_BENCHMARK_PIPE_H
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One direction of a connection in memory. Both sides of the comparison call the same two functions. */
struct pipe_buffer {
    size_t begin;
    size_t end;
    unsigned char bytes[65536];
};

/* Bytes taken; 0 when the pipe is full. */
size_t pipe_put(struct pipe_buffer* p, const unsigned char* data, size_t size);
/* Bytes given; 0 when the pipe is empty. */
size_t pipe_take(struct pipe_buffer* p, unsigned char* data, size_t size);

#ifdef __cplusplus
}
#endif
#endif
