/* SPDX-License-Identifier: BSL-1.0 */
/* No client. */
#undef MBEDTLS_SSL_CLI_C
