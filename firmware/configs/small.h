/* SPDX-License-Identifier: BSL-1.0 */
/* Less memory and flash for more time. The limit for what comes in is also that of the largest certificate message:
 * 2048 bytes are enough for a chain of one or two P-256 certificates, not for those of the web.
 */
#define MBEDTLS_SSL_IN_CONTENT_LEN 2048
#define MBEDTLS_SSL_OUT_CONTENT_LEN 1024
#define MBEDTLS_SHA256_SMALLER
#define MBEDTLS_ECP_WINDOW_SIZE 2
#define MBEDTLS_ECP_FIXED_POINT_OPTIM 0
