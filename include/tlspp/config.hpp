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

/// `TLSPP_NAME_CONSTRAINTS`: 0 refuses every chain in which a CA limits the names that it certifies (RFC 5280
/// §4.2.1.10), instead of comparing them: less code, for firmware whose CA has no such limits. Default: 1.
#ifndef TLSPP_NAME_CONSTRAINTS
#define TLSPP_NAME_CONSTRAINTS 1
#endif

/// `TLSPP_INSECURE_CHAIN_AND_NAME_ONLY`: 1 leaves nothing of the judgement of a handshake but Mbed TLS's own validation
/// of the chain (signatures, dates where it has a clock, CA bit, path length, keyUsage), the name and the versions: none of
/// `x509/checks`, no clock of the program's own, no revocation, no pins, no `on_verify`. Naming one of these in options
/// is an error, and so is `x509::verify`. Critical extensions of trust anchors are not looked at. Default: 0.
#ifndef TLSPP_INSECURE_CHAIN_AND_NAME_ONLY
#define TLSPP_INSECURE_CHAIN_AND_NAME_ONLY 0
#endif

/// `TLSPP_PATH_SEARCH`: 0 leaves out the search for other paths where the one that Mbed TLS built in a handshake is bad:
/// less code, for firmware whose peers send their intermediates in order. Default: 1, but 0 with
/// `TLSPP_INSECURE_CHAIN_AND_NAME_ONLY`: what the search finds is judged by the checks that are left out there.
#ifndef TLSPP_PATH_SEARCH
#if TLSPP_INSECURE_CHAIN_AND_NAME_ONLY
#define TLSPP_PATH_SEARCH 0
#else
#define TLSPP_PATH_SEARCH 1
#endif
#endif
#if TLSPP_PATH_SEARCH && TLSPP_INSECURE_CHAIN_AND_NAME_ONLY
#error "TLSPP_INSECURE_CHAIN_AND_NAME_ONLY has no checks for the paths that TLSPP_PATH_SEARCH finds"
#endif

/// `TLSPP_INSECURE_LEFT_OUT`: single checks of chains that are not built, the sum of: 1 validity by `.clock`, 2 key usage,
/// 4 extended key usage, 8 repeated extensions, 16 unknown critical extensions, 32 encoding of names and serial numbers.
/// A plain number. docs/footprint.md has the price of each. Default: 0.
#ifndef TLSPP_INSECURE_LEFT_OUT
#define TLSPP_INSECURE_LEFT_OUT 0
#endif

/// `TLSPP_FAST_PATHS`: 0 leaves out the short ways of reading and writing, which do at once what can be done at once:
/// less code, for firmware. Default: 1.
#ifndef TLSPP_FAST_PATHS
#define TLSPP_FAST_PATHS 1
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

/// \cond
#if TLSPP_SENTENCES
#define TLSPP_ABI_TERSE
#else
#define TLSPP_ABI_TERSE _terse
#endif
#if TLSPP_INSPECTOR
#define TLSPP_ABI_BLIND
#else
#define TLSPP_ABI_BLIND _blind
#endif
#if TLSPP_PATH_SEARCH
#define TLSPP_ABI_PATH
#else
#define TLSPP_ABI_PATH _one_path
#endif
#if TLSPP_NAME_CONSTRAINTS
#define TLSPP_ABI_NAMES
#else
#define TLSPP_ABI_NAMES _unconstrained
#endif
#if TLSPP_FAST_PATHS
#define TLSPP_ABI_WAYS
#else
#define TLSPP_ABI_WAYS _long_ways
#endif
#define TLSPP_ABI_JOIN(a, b, c, d, e, f) v0##a##b##c##d##e##f
#define TLSPP_ABI_JOIN_NUMBER(a, b) a##b
#define TLSPP_ABI_NUMBERED(a, b) TLSPP_ABI_JOIN_NUMBER(a, b)
#define TLSPP_ABI_NAME(a, b, c, d, e, f) TLSPP_ABI_JOIN(a, b, c, d, e, f)
#if TLSPP_INSECURE_CHAIN_AND_NAME_ONLY
#define TLSPP_ABI_INSECURE _insecure_chain_and_name
#elif TLSPP_INSECURE_LEFT_OUT
#define TLSPP_ABI_INSECURE TLSPP_ABI_NUMBERED(_insecure_, TLSPP_INSECURE_LEFT_OUT)
#else
#define TLSPP_ABI_INSECURE
#endif
#define TLSPP_ABI                                                                                                      \
    TLSPP_ABI_NAME(TLSPP_ABI_TERSE, TLSPP_ABI_BLIND, TLSPP_ABI_PATH, TLSPP_ABI_NAMES, TLSPP_ABI_WAYS,                  \
                   TLSPP_ABI_INSECURE)
/// \endcond
