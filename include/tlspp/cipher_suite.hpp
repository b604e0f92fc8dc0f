// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/protocol.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tlspp::inline TLSPP_ABI {

/// The cipher suites that tlspp offers, under their IANA names and numbers: AEAD with forward secrecy only.
enum class cipher_suite : std::uint16_t {
    TLS_AES_128_GCM_SHA256 = 0x1301,
    TLS_AES_256_GCM_SHA384 = 0x1302,
    TLS_CHACHA20_POLY1305_SHA256 = 0x1303,
    TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 = 0xC02B,
    TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 = 0xC02C,
    TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 = 0xC02F,
    TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 = 0xC030,
    TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 = 0xCCA8,
    TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 = 0xCCA9,
};

/// What a connection negotiated: the triple that Python's `SSLSocket.cipher()` gives, and the IANA name beside it.
struct cipher {
    std::string_view name;      ///< as OpenSSL and Python show it: `ECDHE-RSA-AES128-GCM-SHA256`; IANA's in TLS 1.3
    std::string_view protocol;  ///< `TLSv1.3` or `TLSv1.2`
    int secret_bits = 0;        ///< bits of the symmetric key
    std::string_view iana_name; ///< `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`
    std::uint16_t id = 0;       ///< number on the wire; 0 before the handshake
};

namespace detail {
struct suite_row {
    cipher_suite id;
    version since;
    std::uint16_t bits;
    std::string_view openssl_name;
    std::string_view iana_name;
};

/// In the order of preference. ChaCha20 goes first because Mbed TLS runs it faster than AES-GCM on most machines.
inline constexpr suite_row suite_table[] = {
    {cipher_suite::TLS_CHACHA20_POLY1305_SHA256, version::tls1_3, 256, "TLS_CHACHA20_POLY1305_SHA256",
     "TLS_CHACHA20_POLY1305_SHA256"},
    {cipher_suite::TLS_AES_256_GCM_SHA384, version::tls1_3, 256, "TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384"},
    {cipher_suite::TLS_AES_128_GCM_SHA256, version::tls1_3, 128, "TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"},
    {cipher_suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, version::tls1_2, 256, "ECDHE-ECDSA-CHACHA20-POLY1305",
     "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"},
    {cipher_suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, version::tls1_2, 256, "ECDHE-RSA-CHACHA20-POLY1305",
     "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
    {cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, version::tls1_2, 256, "ECDHE-ECDSA-AES256-GCM-SHA384",
     "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"},
    {cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, version::tls1_2, 256, "ECDHE-RSA-AES256-GCM-SHA384",
     "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"},
    {cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, version::tls1_2, 128, "ECDHE-ECDSA-AES128-GCM-SHA256",
     "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"},
    {cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, version::tls1_2, 128, "ECDHE-RSA-AES128-GCM-SHA256",
     "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
};
inline constexpr std::size_t suite_count = sizeof(suite_table) / sizeof(suite_table[0]);

constexpr const suite_row* find_suite(std::uint16_t id) noexcept {
    for (auto const& row : suite_table) {
        if (static_cast<std::uint16_t>(row.id) == id) {
            return &row;
        }
    }
    return nullptr;
}
} // namespace detail

/// The suite's IANA name.
constexpr std::string_view name(cipher_suite suite) noexcept {
    auto const* row = detail::find_suite(static_cast<std::uint16_t>(suite));
    return row == nullptr ? std::string_view{} : row->iana_name;
}
} // namespace tlspp::inline TLSPP_ABI
