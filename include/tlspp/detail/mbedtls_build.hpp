// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// The part of `mbedtls.hpp` that brings Mbed TLS's headers, and knows what the build of Mbed TLS holds.
#include <tlspp/config.hpp>

#include <mbedtls/build_info.h>

#if MBEDTLS_VERSION_NUMBER < 0x03060000
#error "tlspp needs Mbed TLS 3.6 LTS or newer (4.x too); the headers found are older"
#endif

#include <mbedtls/platform.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>
#if defined(MBEDTLS_X509_CRT_PARSE_C)
#include <mbedtls/pem.h>
#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>
#endif
#if defined(MBEDTLS_X509_CRL_PARSE_C)
#include <mbedtls/x509_crl.h>
#endif
#if defined(MBEDTLS_HAVE_TIME)
#include <mbedtls/platform_time.h>
#endif
#if defined(MBEDTLS_PSA_CRYPTO_C) || MBEDTLS_VERSION_NUMBER >= 0x04000000
#include <psa/crypto.h>
#define TLSPP_HAS_PSA 1
#else
#define TLSPP_HAS_PSA 0
#endif

#if (defined(MBEDTLS_SSL_PROTO_TLS1_2) &&                                                                              \
     (defined(MBEDTLS_KEY_EXCHANGE_PSK_ENABLED) || defined(MBEDTLS_KEY_EXCHANGE_ECDHE_PSK_ENABLED))) ||                \
    (defined(MBEDTLS_SSL_PROTO_TLS1_3) && (defined(MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_ENABLED) ||                \
                                           defined(MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_EPHEMERAL_ENABLED)))
#define TLSPP_HAS_PSK 1
#else
#define TLSPP_HAS_PSK 0
#endif

#include <cstddef>
#include <cstdint>

// Where a mutex comes from (detail/mutex.hpp): 3.6 lends its own, also those that a platform brought; 4.x keeps them to
// itself.
#if defined(MBEDTLS_THREADING_C) && MBEDTLS_VERSION_NUMBER < 0x04000000
#define TLSPP_MUTEX_OF_MBEDTLS
#elif defined(MBEDTLS_THREADING_C) && defined(MBEDTLS_THREADING_PTHREAD)
#define TLSPP_MUTEX_OF_PTHREADS
#endif

namespace tlspp::inline TLSPP_ABI::detail {

inline constexpr bool mbedtls4 = MBEDTLS_VERSION_NUMBER >= 0x04000000;

/// What the build of Mbed TLS holds, as constants that `if constexpr` and `static_assert` can ask.
struct build {
#if defined(MBEDTLS_SSL_PROTO_TLS1_2)
    static constexpr bool tls1_2 = true;
#else
    static constexpr bool tls1_2 = false;
#endif
#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
    static constexpr bool tls1_3 = true;
#else
    static constexpr bool tls1_3 = false;
#endif
#if defined(MBEDTLS_SSL_CLI_C)
    static constexpr bool client = true;
#else
    static constexpr bool client = false;
#endif
#if defined(MBEDTLS_SSL_SRV_C)
    static constexpr bool server = true;
#else
    static constexpr bool server = false;
#endif
#if defined(MBEDTLS_X509_CRT_PARSE_C)
    static constexpr bool x509 = true;
#else
    static constexpr bool x509 = false;
#endif
#if defined(MBEDTLS_X509_CRL_PARSE_C)
    static constexpr bool crl = true;
#else
    static constexpr bool crl = false;
#endif
#if defined(MBEDTLS_PEM_PARSE_C)
    static constexpr bool pem = true;
#else
    static constexpr bool pem = false;
#endif
#if defined(MBEDTLS_FS_IO)
    static constexpr bool files = true;
#else
    static constexpr bool files = false;
#endif
#if defined(MBEDTLS_THREADING_C)
    static constexpr bool threads = true;
#else
    static constexpr bool threads = false;
#endif
#if defined(MBEDTLS_HAVE_TIME)
    static constexpr bool time = true;
#else
    static constexpr bool time = false;
#endif
#if defined(MBEDTLS_HAVE_TIME_DATE)
    static constexpr bool time_date = true;
#else
    static constexpr bool time_date = false;
#endif
#if defined(MBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK)
    static constexpr bool trusted_certificate_callback = true;
#else
    static constexpr bool trusted_certificate_callback = false;
#endif
#if defined(MBEDTLS_SSL_SESSION_TICKETS)
    static constexpr bool tickets = true;
#else
    static constexpr bool tickets = false;
#endif
#if defined(MBEDTLS_SSL_SERVER_NAME_INDICATION)
    static constexpr bool sni = true;
#else
    static constexpr bool sni = false;
#endif
#if defined(MBEDTLS_SSL_ALPN)
    static constexpr bool alpn = true;
#else
    static constexpr bool alpn = false;
#endif
#if defined(MBEDTLS_KEY_EXCHANGE_ECDHE_ECDSA_ENABLED) || defined(MBEDTLS_KEY_EXCHANGE_ECDHE_RSA_ENABLED) ||            \
    (defined(MBEDTLS_SSL_PROTO_TLS1_3) && defined(MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ENABLED))
    static constexpr bool ecdhe = true;
#else
    static constexpr bool ecdhe = false;
#endif
#if defined(MBEDTLS_SSL_PROTO_TLS1_2) && defined(MBEDTLS_KEY_EXCHANGE_ECDHE_PSK_ENABLED)
    static constexpr bool ecdhe_psk = true;
#else
    static constexpr bool ecdhe_psk = false;
#endif
#if defined(MBEDTLS_SSL_PROTO_TLS1_2) &&                                                                               \
    (defined(MBEDTLS_KEY_EXCHANGE_PSK_ENABLED) || defined(MBEDTLS_KEY_EXCHANGE_ECDHE_PSK_ENABLED))
    static constexpr bool psk1_2 = true;
#else
    static constexpr bool psk1_2 = false;
#endif
#if defined(MBEDTLS_SSL_PROTO_TLS1_3) && (defined(MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_ENABLED) ||                 \
                                          defined(MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_EPHEMERAL_ENABLED))
    static constexpr bool psk1_3 = true;
#else
    static constexpr bool psk1_3 = false;
#endif
#if defined(MBEDTLS_SSL_EARLY_DATA)
    static constexpr bool early_data = true;
#else
    static constexpr bool early_data = false;
#endif
#if TLSPP_HAS_PSA && (MBEDTLS_VERSION_NUMBER >= 0x04000000 || defined(MBEDTLS_USE_PSA_CRYPTO))
    static constexpr bool opaque_keys = true;
#else
    static constexpr bool opaque_keys = false;
#endif
    /// A callback may sign with RSA keys, in both roles, or with all keys, on servers; in TLS 1.2.
#if MBEDTLS_VERSION_NUMBER < 0x04000000 && defined(MBEDTLS_PK_RSA_ALT_SUPPORT) && defined(MBEDTLS_SSL_PROTO_TLS1_2)
    static constexpr bool rsa_signer = true;
#else
    static constexpr bool rsa_signer = false;
#endif
#if defined(MBEDTLS_SSL_ASYNC_PRIVATE) && defined(MBEDTLS_SSL_PROTO_TLS1_2) && defined(MBEDTLS_SSL_SRV_C)
    static constexpr bool async_signer = true;
#else
    static constexpr bool async_signer = false;
#endif
    static constexpr bool signer = rsa_signer || async_signer;
    static constexpr bool psa = TLSPP_HAS_PSA != 0;
    static constexpr bool psk = TLSPP_HAS_PSK != 0;
    /// A configuration may bring a random source of its own.
    static constexpr bool own_random = !mbedtls4;
};

} // namespace tlspp::inline TLSPP_ABI::detail

namespace tlspp::inline TLSPP_ABI {
/// True where contexts, trust stores and identities may be shared between threads without a lock of the user's, and
/// connections may run in different threads: where Mbed TLS was built with `MBEDTLS_THREADING_C`.
inline constexpr bool thread_safe = detail::build::threads;
} // namespace tlspp::inline TLSPP_ABI
