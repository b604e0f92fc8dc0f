/* SPDX-License-Identifier: BSL-1.0 */
/* P-256 over Mbed TLS's own big numbers. */
#define MBEDTLS_BIGNUM_C
#define MBEDTLS_ECDH_C
#define MBEDTLS_ECDSA_C
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_MPI_MAX_SIZE 32
#define MBEDTLS_NO_UDBL_DIVISION /* a Cortex-M has no instruction for it */
