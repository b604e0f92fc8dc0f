// SPDX-License-Identifier: BSL-1.0
#pragma once
/// \file
/// lwIP's sockets. With `LWIP_COMPAT_SOCKETS` 1 lwIP makes macros of names such as `connect` and `send`, which would
/// take them from every class and namespace: those that this library uses are given back. Code behind this include
/// calls `lwip_connect` and so on, or sets `LWIP_COMPAT_SOCKETS` to 0 or 2.
#if defined(TLSPP_LWIP_SOCKETS)
#include <lwip/netdb.h>
#include <lwip/sockets.h>

#if !defined(LWIP_COMPAT_SOCKETS) || LWIP_COMPAT_SOCKETS != 2
#undef accept
#undef bind
#undef close
#undef connect
#undef listen
#undef poll
#undef read
#undef recv
#undef select
#undef send
#undef shutdown
#undef socket
#undef write
#endif
#endif
