// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/mbedtls_algorithms.hpp>
#include <tlspp/fixed_list.hpp>
#include <tlspp/protocol.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tlspp::inline TLSPP_ABI {

/// The signature algorithms for handshakes that tlspp offers, under their IANA names and numbers (RFC 8446 §4.2.3).
/// In TLS 1.2 an ECDSA scheme is its hash with whatever curve the key is on; Mbed TLS uses RSA with PKCS #1 v1.5 there,
/// and RSA-PSS in TLS 1.3.
enum class signature_scheme : std::uint16_t {
    rsa_pkcs1_sha256 = 0x0401,
    rsa_pkcs1_sha384 = 0x0501,
    rsa_pkcs1_sha512 = 0x0601,
    ecdsa_secp256r1_sha256 = 0x0403,
    ecdsa_secp384r1_sha384 = 0x0503,
    ecdsa_secp521r1_sha512 = 0x0603,
    rsa_pss_rsae_sha256 = 0x0804,
    rsa_pss_rsae_sha384 = 0x0805,
    rsa_pss_rsae_sha512 = 0x0806,
};

namespace detail {
struct scheme_row {
    signature_scheme id;
    bool built;
    bool tls1_2;
    bool tls1_3;
    std::uint16_t hash_bits;
    std::string_view iana_name;
    std::string_view aliases[2]; ///< as OpenSSL takes them; case never counts
};

/// In the order of preference, which is Mbed TLS's.
inline constexpr scheme_row scheme_table[] = {
    {signature_scheme::ecdsa_secp256r1_sha256,
     built_scheme::ecdsa_sha256,
     true,
     true,
     256,
     "ecdsa_secp256r1_sha256",
     {"ECDSA+SHA256"}},
    {signature_scheme::ecdsa_secp384r1_sha384,
     built_scheme::ecdsa_sha384,
     true,
     true,
     384,
     "ecdsa_secp384r1_sha384",
     {"ECDSA+SHA384"}},
    {signature_scheme::ecdsa_secp521r1_sha512,
     built_scheme::ecdsa_sha512,
     true,
     true,
     512,
     "ecdsa_secp521r1_sha512",
     {"ECDSA+SHA512"}},
    {signature_scheme::rsa_pss_rsae_sha512,
     built_scheme::rsa_pss_sha512,
     false,
     true,
     512,
     "rsa_pss_rsae_sha512",
     {"RSA-PSS+SHA512", "PSS+SHA512"}},
    {signature_scheme::rsa_pss_rsae_sha384,
     built_scheme::rsa_pss_sha384,
     false,
     true,
     384,
     "rsa_pss_rsae_sha384",
     {"RSA-PSS+SHA384", "PSS+SHA384"}},
    {signature_scheme::rsa_pss_rsae_sha256,
     built_scheme::rsa_pss_sha256,
     false,
     true,
     256,
     "rsa_pss_rsae_sha256",
     {"RSA-PSS+SHA256", "PSS+SHA256"}},
    {signature_scheme::rsa_pkcs1_sha512,
     built_scheme::rsa_pkcs1_sha512,
     true,
     false,
     512,
     "rsa_pkcs1_sha512",
     {"RSA+SHA512"}},
    {signature_scheme::rsa_pkcs1_sha384,
     built_scheme::rsa_pkcs1_sha384,
     true,
     false,
     384,
     "rsa_pkcs1_sha384",
     {"RSA+SHA384"}},
    {signature_scheme::rsa_pkcs1_sha256,
     built_scheme::rsa_pkcs1_sha256,
     true,
     false,
     256,
     "rsa_pkcs1_sha256",
     {"RSA+SHA256"}},
};
inline constexpr std::size_t scheme_count = sizeof(scheme_table) / sizeof(scheme_table[0]);

constexpr const scheme_row* find_scheme(std::uint16_t id) noexcept {
    for (auto const& row : scheme_table) {
        if (static_cast<std::uint16_t>(row.id) == id) {
            return &row;
        }
    }
    return nullptr;
}
} // namespace detail

/// The scheme's IANA name; empty for a number that is none of `signature_scheme`.
constexpr std::string_view name(signature_scheme scheme) noexcept {
    auto const* row = detail::find_scheme(static_cast<std::uint16_t>(scheme));
    return row == nullptr ? std::string_view{} : row->iana_name;
}

/// Room for every scheme.
using scheme_list = fixed_list<signature_scheme, detail::scheme_count>;
} // namespace tlspp::inline TLSPP_ABI
