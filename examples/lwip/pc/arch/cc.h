/* SPDX-License-Identifier: BSL-1.0 */
#pragma once
/* lwIP on a PC with GCC or Clang. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

#define LWIP_TIMEVAL_PRIVATE 0
#define LWIP_ERRNO_STDINCLUDE 1
#define LWIP_RAND() ((u32_t)rand())
#define LWIP_PLATFORM_DIAG(x)                                                                                          \
    do {                                                                                                               \
        printf x;                                                                                                      \
    } while (0)
#define LWIP_PLATFORM_ASSERT(x)                                                                                        \
    do {                                                                                                               \
        fprintf(stderr, "lwIP: %s\n", x);                                                                              \
        abort();                                                                                                       \
    } while (0)
