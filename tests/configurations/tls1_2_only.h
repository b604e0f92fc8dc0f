/* SPDX-License-Identifier: BSL-1.0 */
/* TLS 1.2 only. */
#undef MBEDTLS_SSL_PROTO_TLS1_3
