/* SPDX-License-Identifier: BSL-1.0 */
/* The peer's certificate is forgotten after the handshake, which TLS 1.3 does not allow. */
#undef MBEDTLS_SSL_PROTO_TLS1_3
#undef MBEDTLS_SSL_KEEP_PEER_CERTIFICATE
