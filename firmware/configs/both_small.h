/* SPDX-License-Identifier: BSL-1.0 */
/* The same as `both.h` in as little memory as works. */
#include "both.h"
#undef MBEDTLS_SSL_IN_CONTENT_LEN
#undef MBEDTLS_SSL_OUT_CONTENT_LEN
#include "small.h"
