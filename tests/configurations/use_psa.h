/* SPDX-License-Identifier: BSL-1.0 */
/* Everything through PSA. */
#define MBEDTLS_USE_PSA_CRYPTO
