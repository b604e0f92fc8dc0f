/* SPDX-License-Identifier: BSL-1.0 */
/* Buffers that shrink after the handshake, and memory from one pool. */
#define MBEDTLS_SSL_VARIABLE_BUFFER_LENGTH
#define MBEDTLS_MEMORY_BUFFER_ALLOC_C
#define MBEDTLS_PLATFORM_MEMORY
