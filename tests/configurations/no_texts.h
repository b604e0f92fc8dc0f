/* SPDX-License-Identifier: BSL-1.0 */
/* No texts for errors, no debugging. */
#undef MBEDTLS_ERROR_C
#undef MBEDTLS_DEBUG_C
