/* SPDX-License-Identifier: BSL-1.0 */
/* Clients and servers for TLS 1.2 and 1.3, as `both.h`, with ALPN. */
#include "both.h"
#define MBEDTLS_SSL_ALPN
#define MBEDTLS_SSL_SRV_C

/* sessions */
#define MBEDTLS_SSL_EXTENDED_MASTER_SECRET
#define MBEDTLS_SSL_SESSION_TICKETS
#define MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_EPHEMERAL_ENABLED
