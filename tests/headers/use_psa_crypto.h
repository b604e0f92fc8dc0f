/* SPDX-License-Identifier: BSL-1.0 */
/* Read after Mbed TLS 3.6's own configuration: keys that PSA keeps can be used in TLS then. */
#define MBEDTLS_USE_PSA_CRYPTO
