/* SPDX-License-Identifier: BSL-1.0 */
/* DER only. */
#undef MBEDTLS_PEM_PARSE_C
#undef MBEDTLS_PEM_WRITE_C
