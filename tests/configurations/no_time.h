/* SPDX-License-Identifier: BSL-1.0 */
/* No clock. */
#undef MBEDTLS_HAVE_TIME
#undef MBEDTLS_HAVE_TIME_DATE
#undef MBEDTLS_TIMING_C
