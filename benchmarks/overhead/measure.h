/* SPDX-License-Identifier: BSL-1.0 */
#ifndef TLSPP_BENCHMARK_MEASURE_H
#define TLSPP_BENCHMARK_MEASURE_H
#include "side.h"

/* Runs `work` so often; callgrind counts while this function is on the stack (--toggle-collect=measured).
 * Returns the number of allocations. */
unsigned long measured(void (*work)(const struct side*, size_t), const struct side* side, size_t size, int times);

#endif
