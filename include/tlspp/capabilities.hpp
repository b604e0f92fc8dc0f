// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/mbedtls.hpp>

#include <compare>
#include <cstdint>
#include <string_view>

/// \file
/// What Mbed TLS is underneath, and what it was built with: as constants, so that a program can ask with `if constexpr`
/// instead of failing to compile. They tell of the build; what a connection may use is said by the options.
namespace tlspp::inline TLSPP_ABI {

/// Whether the build has TLS 1.2.
inline constexpr bool has_tls1_2 = detail::build::tls1_2;
/// Whether the build has TLS 1.3.
inline constexpr bool has_tls1_3 = detail::build::tls1_3;
/// Whether the build has clients.
inline constexpr bool has_client = detail::build::client;
/// Whether the build has servers.
inline constexpr bool has_server = detail::build::server;
/// Server names in the ClientHello (RFC 6066).
inline constexpr bool has_sni = detail::build::sni;
/// Application protocols (RFC 7301).
inline constexpr bool has_alpn = detail::build::alpn;
/// Key exchange by ECDHE with a certificate or, in TLS 1.3, at all.
inline constexpr bool has_ecdhe = detail::build::ecdhe;
/// Pre-shared keys in TLS 1.2 or 1.3.
inline constexpr bool has_psk = detail::build::psk1_2 || detail::build::psk1_3;
/// Pre-shared keys in TLS 1.3.
inline constexpr bool has_psk_tls1_3 = detail::build::psk1_3;
/// Session tickets (RFC 5077, RFC 8446 §4.6.1).
inline constexpr bool has_session_tickets = detail::build::tickets;
/// 0-RTT (RFC 8446 §2.3).
inline constexpr bool has_early_data = detail::build::early_data;
/// Certificate revocation lists.
inline constexpr bool has_crl = detail::build::crl;
/// Reading PEM.
inline constexpr bool has_pem = detail::build::pem;
/// Reading files.
inline constexpr bool has_files = detail::build::files;
/// The time of day, so that certificates expire without a clock of the program's.
inline constexpr bool has_time = detail::build::time_date;
/// Private keys that PSA keeps (`private_key::from_psa`).
inline constexpr bool has_opaque_keys = detail::build::opaque_keys;
/// Identities whose key a callback signs with (`identity::from_signer`), at least RSA keys or on servers.
inline constexpr bool has_signer = detail::build::signer;
/// Sockets: `connect`, `accept`, `bsd_socket`.
inline constexpr bool has_sockets = TLSPP_SOCKETS != 0;
/// Common names are never taken for host names; Python's HAS_NEVER_CHECK_COMMON_NAME.
inline constexpr bool has_never_check_common_name = true;

/// A version of Mbed TLS.
struct mbedtls_version {
    /// First part of the version.
    std::uint8_t major_number = 0;
    /// Second part.
    std::uint8_t minor_number = 0;
    /// Third part.
    std::uint8_t patch_number = 0;
    friend constexpr auto operator<=>(const mbedtls_version&, const mbedtls_version&) = default;

    /// From the form that Mbed TLS has: 0xMMNNPP00.
    static constexpr mbedtls_version from_number(std::uint32_t number) noexcept {
        return {static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
                static_cast<std::uint8_t>(number >> 8)};
    }
};

/// Of the headers that this program was compiled with.
inline constexpr mbedtls_version mbedtls_headers_version = mbedtls_version::from_number(detail::headers_number);

/// Of the library that it runs with; `create` refuses one that differs from the headers. Without MBEDTLS_VERSION_C, in
/// whose absence nobody can ask, that of the headers.
inline mbedtls_version mbedtls_library_version() noexcept {
    return mbedtls_version::from_number(detail::library_number());
}

/// A short text of fixed size; converts to `std::string_view`.
class version_text {
public:
    operator std::string_view() const noexcept { return view(); }
    std::string_view view() const noexcept { return std::string_view{text_}; }
    const char* c_str() const noexcept { return text_; }

private:
    friend version_text mbedtls_library_text() noexcept;
    char text_[24] = {};
};
/// The same as a text: "Mbed TLS 3.6.7". Python's OPENSSL_VERSION.
inline version_text mbedtls_library_text() noexcept {
    version_text made;
    detail::library_text(made.text_);
    return made;
}
} // namespace tlspp::inline TLSPP_ABI
