// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/mbedtls.hpp>

/// \file
/// Whether Mbed TLS was built with X.509. Without it (`MBEDTLS_X509_CRT_PARSE_C`), as for devices that have nothing but
/// pre-shared keys, every header of this folder is empty but for what says so to whoever uses it: `absent.hpp`.
#if defined(MBEDTLS_X509_CRT_PARSE_C)
#define TLSPP_HAS_X509 1
namespace tlspp::inline TLSPP_ABI::detail {
/// The type of an option about certificates.
template <class T>
using certificate_option = T;
} // namespace tlspp::inline TLSPP_ABI::detail
#else
#define TLSPP_HAS_X509 0
#include <tlspp/x509/detail/absent.hpp>
#endif
