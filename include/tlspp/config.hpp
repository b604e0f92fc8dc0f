// tlspp - Python's ssl module for modern C++, over Mbed TLS
// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// Every switch of the library, with its default. Set them the same in every translation unit of a program: those
/// that change the layout of a type are part of the inline namespace, so a mixture fails at link time.
/// A project that likes files better than `-D` names one header in `TLSPP_CONFIG_FILE`.
#ifdef TLSPP_CONFIG_FILE
#include TLSPP_CONFIG_FILE
#endif

/// `TLSPP_EXCEPTIONS`: 1 declares `or_throw` and catches what user callbacks throw. Default: what the compiler was
/// told.
#ifndef TLSPP_EXCEPTIONS
#if defined(__cpp_exceptions) || defined(__EXCEPTIONS) || defined(_CPPUNWIND)
#define TLSPP_EXCEPTIONS 1
#else
#define TLSPP_EXCEPTIONS 0
#endif
#endif
#if TLSPP_EXCEPTIONS && !defined(__cpp_exceptions) && !defined(__EXCEPTIONS) && !defined(_CPPUNWIND)
#error "TLSPP_EXCEPTIONS is 1, but this compiler runs with exceptions off"
#endif

/// `TLSPP_SENTENCES`: 0 leaves out the texts of errors and the names they keep; codes and numbers stay. Default: 1.
#ifndef TLSPP_SENTENCES
#define TLSPP_SENTENCES 1
#endif

/// `TLSPP_INSPECTOR`: 0 leaves out the reader of plaintext handshake messages. Default: 1.
#ifndef TLSPP_INSPECTOR
#define TLSPP_INSPECTOR 1
#endif

/// `TLSPP_PATH_SEARCH`: 0 leaves out the search for other paths where the one that Mbed TLS built in a handshake is bad:
/// less code, for firmware whose peers send their intermediates in order. Default: 1.
#ifndef TLSPP_PATH_SEARCH
#define TLSPP_PATH_SEARCH 1
#endif

/// `TLSPP_IDN`: 1 converts internationalised server names with libidn2, which is then needed (`idn.hpp`). Default: 0,
/// they are refused.
#ifndef TLSPP_IDN
#define TLSPP_IDN 0
#endif

/// `TLSPP_PSL`: 1 looks wildcards up in the Public Suffix List of libpsl, which is then needed (`public_suffix.hpp`).
/// Default: 0.
#ifndef TLSPP_PSL
#define TLSPP_PSL 0
#endif

/// `TLSPP_SOCKETS`: 1 where BSD sockets are to be had. Default: found by their headers. `TLSPP_LWIP_SOCKETS` takes
/// lwIP's instead (lwIP 2.1 or newer, with LWIP_SOCKET, LWIP_DNS and LWIP_SOCKET_POLL).
#if defined(TLSPP_LWIP_SOCKETS)
#include <tlspp/detail/lwip_names.hpp> // first: lwIP makes macros of names that every header here may use
#endif
#ifndef TLSPP_SOCKETS
#if defined(TLSPP_LWIP_SOCKETS) || defined(_WIN32)
#define TLSPP_SOCKETS 1
#elif __has_include(<sys/socket.h>) && __has_include(<netdb.h>) && __has_include(<poll.h>)
#define TLSPP_SOCKETS 1
#else
#define TLSPP_SOCKETS 0
#endif
#endif

#if TLSPP_SENTENCES
#if TLSPP_INSPECTOR
#define TLSPP_ABI v0
#else
#define TLSPP_ABI v0_blind
#endif
#else
#if TLSPP_INSPECTOR
#define TLSPP_ABI v0_terse
#else
#define TLSPP_ABI v0_terse_blind
#endif
#endif
