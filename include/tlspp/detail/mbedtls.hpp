// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// The one file that knows Mbed TLS 3.6 from 4.x. Everything else of the library calls what is here or what both lines
/// have under the same name and with the same meaning.
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
};

/// PSA has to be up before any key is parsed (4.x) or any TLS 1.3 handshake begins. Idempotent; never undone, because
/// it is shared by the whole process.
inline int psa_start() noexcept {
#if TLSPP_HAS_PSA
    return static_cast<int>(psa_crypto_init());
#else
    return 0;
#endif
}

#if TLSPP_HAS_PSA
/// The random source of all contexts that brought none: PSA's, which is seeded, and locked where there are threads.
inline int psa_random(void*, unsigned char* out, std::size_t size) noexcept {
    return static_cast<int>(psa_generate_random(out, size));
}
#endif

using random_function = int (*)(void*, unsigned char*, std::size_t);

/// Gives a configuration its random source; Mbed TLS 4 always takes PSA's.
inline void set_random([[maybe_unused]] mbedtls_ssl_config& config, [[maybe_unused]] random_function random,
                       [[maybe_unused]] void* context) noexcept {
#if MBEDTLS_VERSION_NUMBER < 0x04000000
    mbedtls_ssl_conf_rng(&config, random, context);
#endif
}

/// Makes the arrival of a TLS 1.3 ticket visible; 4.x always tells.
inline void signal_tickets([[maybe_unused]] mbedtls_ssl_config& config) noexcept {
#if MBEDTLS_VERSION_NUMBER < 0x04000000 && defined(MBEDTLS_SSL_SESSION_TICKETS) &&                                     \
    defined(MBEDTLS_SSL_PROTO_TLS1_3) && defined(MBEDTLS_SSL_CLI_C)
    mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(&config,
                                                             MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
#endif
}

/// A server has early data, which is to be read before the handshake goes on.
inline bool is_early_data([[maybe_unused]] int code) noexcept {
#if defined(MBEDTLS_SSL_EARLY_DATA)
    return code == MBEDTLS_ERR_SSL_RECEIVED_EARLY_DATA;
#else
    return false;
#endif
}

inline bool is_new_session_ticket([[maybe_unused]] int code) noexcept {
#if defined(MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
    return code == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET;
#else
    return false;
#endif
}

/// True where `code` says that memory ran out. 3.6 has one code a module and adds a low-level code to a high-level
/// one; 4.x has one code.
inline bool is_out_of_memory(int code) noexcept {
    if (code == MBEDTLS_ERR_SSL_ALLOC_FAILED) {
        return true;
    }
#if TLSPP_HAS_PSA
    if (code == PSA_ERROR_INSUFFICIENT_MEMORY) {
        return true;
    }
#endif
#if MBEDTLS_VERSION_NUMBER < 0x04000000
    int const high = -code & 0xFF80;
    int const low = -code & 0x007F;
    return low == 0x10 /* bignum */ || low == 0x6A /* ASN.1 */ || high == 0x7F00 /* SSL */ ||
           high == 0x1180 /* PEM */ || high == 0x2880 /* X.509 */ || high == 0x3F80 /* PK */ ||
           high == 0x4D80 /* ECP */ || high == 0x5180 /* MD */ || high == 0x6180 /* cipher */;
#else
    return false;
#endif
}

/// The random source failed. 3.6 has codes of its entropy and DRBG modules besides PSA's.
inline bool is_random_failure(int code) noexcept {
#if TLSPP_HAS_PSA
    if (code == PSA_ERROR_INSUFFICIENT_ENTROPY) {
        return true;
    }
#endif
#if MBEDTLS_VERSION_NUMBER < 0x04000000
    int const low = -code & 0x007F;
    return code == MBEDTLS_ERR_SSL_NO_RNG ||
           (code > -0x80 && (low == 0x34 || low == 0x3A || low == 0x3C /* CTR_DRBG */ || low == 0x03 || low == 0x05 ||
                             low == 0x09 /* HMAC_DRBG */ || low == 0x40 /* entropy: no source */));
#else
    return false;
#endif
}

/// The time by Mbed TLS's clock in seconds since 1970; negative where the build has none.
inline std::int64_t system_seconds() noexcept {
#if defined(MBEDTLS_HAVE_TIME)
    return static_cast<std::int64_t>(mbedtls_time(nullptr));
#else
    return -1;
#endif
}

/// The chain was refused by the verification of X.509 itself.
inline bool is_verification_failure([[maybe_unused]] int code) noexcept {
#if defined(MBEDTLS_X509_CRT_PARSE_C)
    return code == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED || code == MBEDTLS_ERR_X509_FATAL_ERROR;
#else
    return false;
#endif
}

/// A certificate could not be parsed: what came in a handshake, for one's own were parsed long before.
inline bool is_unreadable_certificate([[maybe_unused]] int code) noexcept {
#if defined(MBEDTLS_X509_CRT_PARSE_C)
    int const high = code < 0 ? -code & 0xFF80 : 0;
    bool const x509 = high >= -MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE && high <= -MBEDTLS_ERR_X509_BUFFER_TOO_SMALL;
    return (x509 && high != -MBEDTLS_ERR_X509_CERT_VERIFY_FAILED && high != -MBEDTLS_ERR_X509_ALLOC_FAILED) ||
           high == -MBEDTLS_ERR_PK_UNKNOWN_PK_ALG || high == -MBEDTLS_ERR_PK_INVALID_PUBKEY ||
           high == -MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE || high == -MBEDTLS_ERR_PK_INVALID_ALG;
#else
    return false;
#endif
}
/// Of these, the code for a critical extension that Mbed TLS does not know, or for extensions that are malformed.
inline bool is_unknown_critical_extension([[maybe_unused]] int code) noexcept {
#if defined(MBEDTLS_X509_CRT_PARSE_C)
    return code == MBEDTLS_ERR_X509_INVALID_EXTENSIONS + MBEDTLS_ERR_ASN1_UNEXPECTED_TAG;
#else
    return false;
#endif
}

/// The description of the fatal alert received, or -1 where this line of Mbed TLS does not tell.
inline int received_alert([[maybe_unused]] const mbedtls_ssl_context& ssl) noexcept {
#if MBEDTLS_VERSION_NUMBER >= 0x04010000
    int const description = mbedtls_ssl_get_fatal_alert(&ssl);
    return description >= 0 ? description : -1;
#else
    return -1;
#endif
}

#if defined(MBEDTLS_X509_CRT_PARSE_C)
/// Parses a private key; `password` may be null.
inline int parse_key(mbedtls_pk_context& key, const unsigned char* data, std::size_t size,
                     const unsigned char* password, std::size_t password_size, [[maybe_unused]] random_function random,
                     [[maybe_unused]] void* random_context) noexcept {
#if MBEDTLS_VERSION_NUMBER < 0x04000000
    return mbedtls_pk_parse_key(&key, data, size, password, password_size, random, random_context);
#else
    return mbedtls_pk_parse_key(&key, data, size, password, password_size);
#endif
}

#if TLSPP_HAS_PSA
/// Makes `key`, which is empty, stand for a key that PSA keeps.
inline int wrap_psa_key([[maybe_unused]] mbedtls_pk_context& key, [[maybe_unused]] mbedtls_svc_key_id_t id) noexcept {
#if MBEDTLS_VERSION_NUMBER >= 0x04000000
    return mbedtls_pk_wrap_psa(&key, id);
#elif defined(MBEDTLS_USE_PSA_CRYPTO)
    return mbedtls_pk_setup_opaque(&key, id);
#else
    return MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE;
#endif
}
#endif

/// Zero where `public_key` belongs to `private_key`.
inline int check_pair(const mbedtls_pk_context& public_key, const mbedtls_pk_context& private_key,
                      [[maybe_unused]] random_function random, [[maybe_unused]] void* random_context) noexcept {
#if MBEDTLS_VERSION_NUMBER < 0x04000000
    return mbedtls_pk_check_pair(&public_key, &private_key, random, random_context);
#else
    return mbedtls_pk_check_pair(&public_key, &private_key);
#endif
}
#endif

/// The Finished message of the last handshake of TLS 1.2, 12 bytes: this side's, or the peer's. Mbed TLS keeps it for
/// renegotiation (`MBEDTLS_SSL_RENEGOTIATION`), in fields that have no accessor; they are only read. Null where a build or
/// a later version has no such fields.
template <class Context>
const unsigned char* finished_message([[maybe_unused]] const Context& ssl, [[maybe_unused]] bool own) noexcept {
    if constexpr (requires { ssl.MBEDTLS_PRIVATE(own_verify_data)[0] == ssl.MBEDTLS_PRIVATE(peer_verify_data)[0]; }) {
        static_assert(sizeof ssl.MBEDTLS_PRIVATE(own_verify_data) == 12);
        return reinterpret_cast<const unsigned char*>(own ? ssl.MBEDTLS_PRIVATE(own_verify_data)
                                                          : ssl.MBEDTLS_PRIVATE(peer_verify_data));
    } else {
        return nullptr;
    }
}

/// The name and version of the library at run time, "Mbed TLS 3.6.7"; `out` has room for 18 characters and a NUL.
inline void library_text(char (&out)[24]) noexcept {
#if defined(MBEDTLS_VERSION_C) && MBEDTLS_VERSION_NUMBER >= 0x04000000
    const char* const text = mbedtls_version_get_string_full();
#elif defined(MBEDTLS_VERSION_C)
    char text[18]; // what Mbed TLS asks for
    mbedtls_version_get_string_full(text);
#else
    const char* const text = MBEDTLS_VERSION_STRING_FULL;
#endif
    std::size_t n = 0;
    for (; n + 1 != sizeof out && text[n] != '\0'; ++n) {
        out[n] = text[n];
    }
    out[n] = '\0';
}

/// Headers and library must be of one version and one configuration, or structures differ in size without a word.
enum class library_match : unsigned char { same, other_version, other_threading, other_configuration };

#if defined(MBEDTLS_VERSION_C) && defined(MBEDTLS_VERSION_FEATURES)
/// Macros that change what `mbedtls_ssl_context`, `_config` and `_x509_crt` hold, as the headers have them.
struct layout_macro {
    const char* name;
    bool defined;
};
inline constexpr layout_macro layout_macros[] = {
#if defined(MBEDTLS_SSL_RENEGOTIATION)
    {"MBEDTLS_SSL_RENEGOTIATION", true},
#else
    {"MBEDTLS_SSL_RENEGOTIATION", false},
#endif
#if defined(MBEDTLS_SSL_PROTO_DTLS)
    {"MBEDTLS_SSL_PROTO_DTLS", true},
#else
    {"MBEDTLS_SSL_PROTO_DTLS", false},
#endif
#if defined(MBEDTLS_SSL_ALPN)
    {"MBEDTLS_SSL_ALPN", true},
#else
    {"MBEDTLS_SSL_ALPN", false},
#endif
#if defined(MBEDTLS_SSL_ASYNC_PRIVATE)
    {"MBEDTLS_SSL_ASYNC_PRIVATE", true},
#else
    {"MBEDTLS_SSL_ASYNC_PRIVATE", false},
#endif
    {"MBEDTLS_SSL_PROTO_TLS1_3", build::tls1_3},
    {"MBEDTLS_SSL_EARLY_DATA", build::early_data},
    {"MBEDTLS_SSL_SESSION_TICKETS", build::tickets},
};
#endif

inline library_match compare_library() noexcept {
#if defined(MBEDTLS_VERSION_C)
    if (mbedtls_version_get_number() != MBEDTLS_VERSION_NUMBER) {
        return library_match::other_version;
    }
#if defined(MBEDTLS_VERSION_FEATURES)
    // 4.x keeps threading in the crypto library's configuration, which does not tell
    bool const threads = mbedtls_version_check_feature("MBEDTLS_THREADING_C") == 0;
    if (!mbedtls4 && threads != build::threads) {
        return library_match::other_threading;
    }
    for (auto const& macro : layout_macros) {
        if ((mbedtls_version_check_feature(macro.name) == 0) != macro.defined) {
            return library_match::other_configuration;
        }
    }
#endif
#endif
    return library_match::same;
}
} // namespace tlspp::inline TLSPP_ABI::detail

namespace tlspp::inline TLSPP_ABI {
/// True where contexts, trust stores and identities may be shared between threads without a lock of the user's, and
/// connections may run in different threads: where Mbed TLS was built with `MBEDTLS_THREADING_C`.
inline constexpr bool thread_safe = detail::build::threads;
} // namespace tlspp::inline TLSPP_ABI
