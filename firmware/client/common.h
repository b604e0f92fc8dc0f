/* SPDX-License-Identifier: BSL-1.0 */
#ifndef TLSPP_FIRMWARE_COMMON_H
#define TLSPP_FIRMWARE_COMMON_H

/* What the clients in C and in C++ have in common: the pool, randomness, and the figures at the end. */
#include "board.h"

#include <mbedtls/build_info.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Gives the pool to Mbed TLS and starts its random generator; 0, or a code of Mbed TLS's. */
int prepare(void);
/* Mbed TLS's random function, where the build has no PSA with one of its own. */
int device_random(void* context, unsigned char* out, size_t size);
/* Prints heap, mallocs and stack. */
void print_figures(void);

#ifdef __cplusplus
}
#endif
#endif
