/* SPDX-License-Identifier: BSL-1.0 */
/* What the configurations of this folder share: Mbed TLS 3.6 on a device without files, sockets, threads or an
 * operating system. All memory is one pool (`mbedtls_memory_buffer_alloc_init`), entropy is the board's
 * (`mbedtls_hardware_poll`), and nothing of the C library but its memory and string functions is linked.
 */
#define MBEDTLS_PLATFORM_C
#define MBEDTLS_PLATFORM_NO_STD_FUNCTIONS
#define MBEDTLS_PLATFORM_STD_MEM_HDR <stdlib.h>
#define MBEDTLS_PLATFORM_MEMORY
#define MBEDTLS_MEMORY_BUFFER_ALLOC_C
#define MBEDTLS_NO_PLATFORM_ENTROPY
#define MBEDTLS_ENTROPY_HARDWARE_ALT
#define MBEDTLS_ENTROPY_C
#define MBEDTLS_CTR_DRBG_C
#define MBEDTLS_HAVE_ASM

/* figures of the pool; the texts that would go with them are left out */
#define MBEDTLS_MEMORY_DEBUG
#define MBEDTLS_PLATFORM_FPRINTF_MACRO(...) ((void)0)
