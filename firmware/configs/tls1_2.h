/* SPDX-License-Identifier: BSL-1.0 */
/* A TLS 1.2 client: ECDHE-ECDSA over P-256, AES-128-GCM, certificates. No PSA. */
#include "bignum_p256.h"
#include "certificates.h"
#include "device.h"
#define MBEDTLS_KEY_EXCHANGE_ECDHE_ECDSA_ENABLED
#define MBEDTLS_SSL_EXTENDED_MASTER_SECRET
#define MBEDTLS_SSL_PROTO_TLS1_2
#define MBEDTLS_SSL_CIPHERSUITES MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
