/* SPDX-License-Identifier: BSL-1.0 */
#include "common.h"

#include <mbedtls/build_info.h>
#include <mbedtls/memory_buffer_alloc.h>
#if MBEDTLS_VERSION_NUMBER >= 0x04000000
#include <mbedtls/platform.h>
#include <psa/crypto.h>
#else
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#endif

#include <stdlib.h>

#ifndef POOL_SIZE
#define POOL_SIZE (64 * 1024)
#endif

__attribute__((section(".pool"), aligned(8))) static unsigned char pool[POOL_SIZE];

#if MBEDTLS_VERSION_NUMBER >= 0x04000000
/* The hook of Mbed TLS 4's MBEDTLS_PSA_DRIVER_GET_ENTROPY. */
int mbedtls_platform_get_entropy(psa_driver_get_entropy_flags_t flags, size_t* estimate_bits, unsigned char* out,
                                 size_t size) {
    (void)flags;
    if (board_entropy(out, size) != 0) {
        return PSA_ERROR_INSUFFICIENT_ENTROPY;
    }
    *estimate_bits = 8 * size;
    return 0;
}
#else
/* The hook of Mbed TLS 3.6's MBEDTLS_ENTROPY_HARDWARE_ALT. */
int mbedtls_hardware_poll(void* context, unsigned char* out, size_t size, size_t* written) {
    (void)context;
    if (board_entropy(out, size) != 0) {
        return MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
    }
    *written = size;
    return 0;
}
#endif

#if !defined(MBEDTLS_PSA_CRYPTO_C)
static mbedtls_entropy_context entropy;
static mbedtls_ctr_drbg_context generator;

int device_random(void* context, unsigned char* out, size_t size) {
    (void)context;
    return mbedtls_ctr_drbg_random(&generator, out, size);
}
#endif

int prepare(void) {
    mbedtls_memory_buffer_alloc_init(pool, sizeof pool);
#if defined(MBEDTLS_PSA_CRYPTO_C)
    return 0;
#else
    mbedtls_entropy_init(&entropy);
    mbedtls_ctr_drbg_init(&generator);
    return mbedtls_ctr_drbg_seed(&generator, mbedtls_entropy_func, &entropy, NULL, 0);
#endif
}

void print_figures(void) {
    size_t bytes = 0;
    size_t blocks = 0;
    mbedtls_memory_buffer_alloc_max_get(&bytes, &blocks);
    board_print_number("heap peak ", (long)bytes);
    mbedtls_memory_buffer_alloc_cur_get(&bytes, &blocks);
    board_print_number("heap now ", (long)bytes);
    mbedtls_memory_buffer_alloc_count_get(&blocks, &bytes);
    board_print_number("mallocs ", (long)blocks);
    board_print_number("stack ", (long)board_stack_peak());
}

/* Mbed TLS's allocator ends the program where it finds its lists broken. */
void exit(int status) {
    for (;;) {
        board_exit(status);
    }
}
