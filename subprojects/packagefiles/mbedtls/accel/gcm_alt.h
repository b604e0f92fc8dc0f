/* SPDX-License-Identifier: BSL-1.0 */
#ifndef MBEDTLS_GCM_ALT_H
#define MBEDTLS_GCM_ALT_H
/* The context of GCM where the option `accel` is ipsec-mb; see gcm_ipsec_mb.c. Nothing is in it until a key is. */

typedef struct mbedtls_gcm_context {
    struct gcm_stock_context *MBEDTLS_PRIVATE(stock);  /* Mbed TLS's own */
    struct gcm_fast_key *MBEDTLS_PRIVATE(fast);        /* null: all is done by Mbed TLS's own */
} mbedtls_gcm_context;

#endif
