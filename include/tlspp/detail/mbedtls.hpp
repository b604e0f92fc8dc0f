// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/mbedtls_build.hpp>
#include <tlspp/detail/mbedtls_codes.hpp>
#include <tlspp/detail/mbedtls_keys.hpp>
#include <tlspp/detail/mbedtls_library.hpp>
#include <tlspp/detail/mbedtls_random.hpp>

#include <cstring>
#include <type_traits>

/// \file
/// Mbed TLS 3.6 and 4.x, as one: this file and its parts, `mbedtls_*.hpp`, are the only ones that know them apart.
/// Everything else of the library calls what is here or what both lines have under the same name and with the same
/// meaning (tests/checks/lines.py looks).
namespace tlspp::inline TLSPP_ABI::detail {

/// Makes the arrival of a TLS 1.3 ticket visible; 4.x always tells.
inline void signal_tickets([[maybe_unused]] mbedtls_ssl_config& config) noexcept {
#if MBEDTLS_VERSION_NUMBER < 0x04000000 && defined(MBEDTLS_SSL_SESSION_TICKETS) &&                                     \
    defined(MBEDTLS_SSL_PROTO_TLS1_3) && defined(MBEDTLS_SSL_CLI_C)
    mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(&config,
                                                             MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
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

/// The version as a number: Mbed TLS's own function, an inline one, reads an enumeration, into which its clients put
/// whatever the server says, values that it does not have among them.
inline unsigned negotiated_version(const mbedtls_ssl_context& ssl) noexcept {
    std::underlying_type_t<mbedtls_ssl_protocol_version> version = 0;
    std::memcpy(&version, &ssl.MBEDTLS_PRIVATE(tls_version), sizeof version);
    return static_cast<unsigned>(version);
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

/// For a context that mbedtls_ssl_setup has failed on: where memory ran out behind the handshake's first block, that
/// remains and the configuration is forgotten, which mbedtls_ssl_free then looks into (3.6.7 with
/// MBEDTLS_SSL_ASYNC_PRIVATE, mbedtls_ssl_handshake_free).
inline void remember_config(mbedtls_ssl_context& ssl, const mbedtls_ssl_config& config) noexcept {
    ssl.MBEDTLS_PRIVATE(conf) = &config;
}

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
} // namespace tlspp::inline TLSPP_ABI::detail
