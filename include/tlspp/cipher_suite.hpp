// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/fixed_list.hpp>
#include <tlspp/protocol.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tlspp::inline TLSPP_ABI {

/// The cipher suites that tlspp knows, under their IANA names and numbers. Offered by default are those with AEAD and
/// forward secrecy; what gives one of them up has `insecure` in its name; none is anonymous, unencrypted, or RSA's key
/// transport.
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

    // as good, and never by default: for small devices
    TLS_AES_128_CCM_SHA256 = 0x1304,
    TLS_ECDHE_ECDSA_WITH_AES_128_CCM = 0xC0AC,
    TLS_ECDHE_ECDSA_WITH_AES_256_CCM = 0xC0AD,

    // for old peers (`policy::compatible_2026`): CBC. Mbed TLS takes constant time for it, and encrypts then MACs (RFC
    // 7366) where the peer can
    TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256 = 0xC023,
    TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384 = 0xC024,
    TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256 = 0xC027,
    TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384 = 0xC028,

    // with a pre-shared key (`psk.hpp`); Mbed TLS has no other AEAD suite of ECDHE_PSK
    TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256 = 0xCCAC,
    TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256 = 0xC037,
    TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384 = 0xC038,

    // who learns the pre-shared key reads everything that was ever recorded
    insecure_no_forward_secrecy_TLS_PSK_WITH_CHACHA20_POLY1305_SHA256 = 0xCCAB,
    insecure_no_forward_secrecy_TLS_PSK_WITH_AES_256_GCM_SHA384 = 0x00A9,
    insecure_no_forward_secrecy_TLS_PSK_WITH_AES_128_GCM_SHA256 = 0x00A8,
    insecure_no_forward_secrecy_TLS_PSK_WITH_AES_256_CCM = 0xC0A5,
    insecure_no_forward_secrecy_TLS_PSK_WITH_AES_128_CCM = 0xC0A4,
    insecure_no_forward_secrecy_insecure_short_tag_TLS_PSK_WITH_AES_256_CCM_8 = 0xC0A9,
    insecure_no_forward_secrecy_insecure_short_tag_TLS_PSK_WITH_AES_128_CCM_8 = 0xC0A8,

    // a forged record is taken for good once in 2^64 instead of 2^128 tries
    insecure_short_tag_TLS_AES_128_CCM_8_SHA256 = 0x1305,
    insecure_short_tag_TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8 = 0xC0AE,
    insecure_short_tag_TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8 = 0xC0AF,
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
enum class suite_kind : std::uint8_t {
    standard, ///< offered by default
    extra,    ///< offered where it is asked for
    psk,      ///< offered by default where there is a pre-shared key
    psk_cbc,  ///< the same in a build without any of the kind above
    psk_extra ///< needs a pre-shared key, and is offered where it is asked for
};

constexpr bool kind_needs_psk(suite_kind kind) noexcept {
    return kind == suite_kind::psk || kind == suite_kind::psk_cbc || kind == suite_kind::psk_extra;
}

struct suite_row {
    cipher_suite id;
    version since;
    std::uint16_t bits;
    suite_kind kind;
    std::string_view warning; ///< what its name begins with besides IANA's
    std::string_view openssl_name;
    std::string_view iana_name;

    constexpr bool needs_psk() const noexcept { return kind_needs_psk(kind); }
};

inline constexpr std::string_view no_forward_secrecy = "insecure_no_forward_secrecy_";
inline constexpr std::string_view short_tag = "insecure_short_tag_";
inline constexpr std::string_view no_forward_secrecy_short_tag = "insecure_no_forward_secrecy_insecure_short_tag_";

// clang-format off
/// In the order of preference. ChaCha20 goes first because Mbed TLS runs it faster than AES-GCM on most machines.
inline constexpr suite_row suite_table[] = {
    {cipher_suite::TLS_CHACHA20_POLY1305_SHA256, version::tls1_3, 256, suite_kind::standard, {},
     "TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256"},
    {cipher_suite::TLS_AES_256_GCM_SHA384, version::tls1_3, 256, suite_kind::standard, {},
     "TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384"},
    {cipher_suite::TLS_AES_128_GCM_SHA256, version::tls1_3, 128, suite_kind::standard, {},
     "TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"},
    {cipher_suite::TLS_AES_128_CCM_SHA256, version::tls1_3, 128, suite_kind::extra, {},
     "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_SHA256"},
    {cipher_suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, version::tls1_2, 256, suite_kind::standard, {},
     "ECDHE-ECDSA-CHACHA20-POLY1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"},
    {cipher_suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, version::tls1_2, 256, suite_kind::standard, {},
     "ECDHE-RSA-CHACHA20-POLY1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
    {cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, version::tls1_2, 256, suite_kind::standard, {},
     "ECDHE-ECDSA-AES256-GCM-SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"},
    {cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, version::tls1_2, 256, suite_kind::standard, {},
     "ECDHE-RSA-AES256-GCM-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"},
    {cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, version::tls1_2, 128, suite_kind::standard, {},
     "ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"},
    {cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, version::tls1_2, 128, suite_kind::standard, {},
     "ECDHE-RSA-AES128-GCM-SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
    {cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_CCM, version::tls1_2, 256, suite_kind::extra, {},
     "ECDHE-ECDSA-AES256-CCM", "TLS_ECDHE_ECDSA_WITH_AES_256_CCM"},
    {cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_CCM, version::tls1_2, 128, suite_kind::extra, {},
     "ECDHE-ECDSA-AES128-CCM", "TLS_ECDHE_ECDSA_WITH_AES_128_CCM"},
    {cipher_suite::TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256, version::tls1_2, 256, suite_kind::psk, {},
     "ECDHE-PSK-CHACHA20-POLY1305", "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256"},
    {cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384, version::tls1_2, 256, suite_kind::extra, {},
     "ECDHE-ECDSA-AES256-SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"},
    {cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384, version::tls1_2, 256, suite_kind::extra, {},
     "ECDHE-RSA-AES256-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"},
    {cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, version::tls1_2, 128, suite_kind::extra, {},
     "ECDHE-ECDSA-AES128-SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"},
    {cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, version::tls1_2, 128, suite_kind::extra, {},
     "ECDHE-RSA-AES128-SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"},
    {cipher_suite::TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384, version::tls1_2, 256, suite_kind::psk_cbc, {},
     "ECDHE-PSK-AES256-CBC-SHA384", "TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384"},
    {cipher_suite::TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256, version::tls1_2, 128, suite_kind::psk_cbc, {},
     "ECDHE-PSK-AES128-CBC-SHA256", "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256"},
    {cipher_suite::insecure_no_forward_secrecy_TLS_PSK_WITH_CHACHA20_POLY1305_SHA256, version::tls1_2, 256, suite_kind::psk_extra, no_forward_secrecy,
     "PSK-CHACHA20-POLY1305", "TLS_PSK_WITH_CHACHA20_POLY1305_SHA256"},
    {cipher_suite::insecure_no_forward_secrecy_TLS_PSK_WITH_AES_256_GCM_SHA384, version::tls1_2, 256, suite_kind::psk_extra, no_forward_secrecy,
     "PSK-AES256-GCM-SHA384", "TLS_PSK_WITH_AES_256_GCM_SHA384"},
    {cipher_suite::insecure_no_forward_secrecy_TLS_PSK_WITH_AES_128_GCM_SHA256, version::tls1_2, 128, suite_kind::psk_extra, no_forward_secrecy,
     "PSK-AES128-GCM-SHA256", "TLS_PSK_WITH_AES_128_GCM_SHA256"},
    {cipher_suite::insecure_no_forward_secrecy_TLS_PSK_WITH_AES_256_CCM, version::tls1_2, 256, suite_kind::psk_extra, no_forward_secrecy,
     "PSK-AES256-CCM", "TLS_PSK_WITH_AES_256_CCM"},
    {cipher_suite::insecure_no_forward_secrecy_TLS_PSK_WITH_AES_128_CCM, version::tls1_2, 128, suite_kind::psk_extra, no_forward_secrecy,
     "PSK-AES128-CCM", "TLS_PSK_WITH_AES_128_CCM"},
    {cipher_suite::insecure_short_tag_TLS_AES_128_CCM_8_SHA256, version::tls1_3, 128, suite_kind::extra, short_tag,
     "TLS_AES_128_CCM_8_SHA256", "TLS_AES_128_CCM_8_SHA256"},
    {cipher_suite::insecure_short_tag_TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8, version::tls1_2, 256, suite_kind::extra, short_tag,
     "ECDHE-ECDSA-AES256-CCM8", "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8"},
    {cipher_suite::insecure_short_tag_TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8, version::tls1_2, 128, suite_kind::extra, short_tag,
     "ECDHE-ECDSA-AES128-CCM8", "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8"},
    {cipher_suite::insecure_no_forward_secrecy_insecure_short_tag_TLS_PSK_WITH_AES_256_CCM_8, version::tls1_2, 256, suite_kind::psk_extra, no_forward_secrecy_short_tag,
     "PSK-AES256-CCM8", "TLS_PSK_WITH_AES_256_CCM_8"},
    {cipher_suite::insecure_no_forward_secrecy_insecure_short_tag_TLS_PSK_WITH_AES_128_CCM_8, version::tls1_2, 128, suite_kind::psk_extra, no_forward_secrecy_short_tag,
     "PSK-AES128-CCM8", "TLS_PSK_WITH_AES_128_CCM_8"},
};
// clang-format on
inline constexpr std::size_t suite_count = sizeof(suite_table) / sizeof(suite_table[0]);

/// A row without its names: what decides, and all that is linked where nobody asks for a name.
struct suite_facts {
    cipher_suite id;
    version since;
    suite_kind kind;

    constexpr bool needs_psk() const noexcept { return kind_needs_psk(kind); }
};

inline constexpr auto suite_facts_table = [] {
    struct {
        suite_facts rows[suite_count];
    } all{};
    for (std::size_t i = 0; i != suite_count; ++i) {
        all.rows[i] = {suite_table[i].id, suite_table[i].since, suite_table[i].kind};
    }
    return all;
}();

constexpr const suite_facts* find_suite_facts(std::uint16_t id) noexcept {
    for (auto const& row : suite_facts_table.rows) {
        if (static_cast<std::uint16_t>(row.id) == id) {
            return &row;
        }
    }
    return nullptr;
}

constexpr const suite_row* find_suite(std::uint16_t id) noexcept {
    for (auto const& row : suite_table) {
        if (static_cast<std::uint16_t>(row.id) == id) {
            return &row;
        }
    }
    return nullptr;
}
} // namespace detail

/// The suite's IANA name; empty for a number that is none of `cipher_suite`.
constexpr std::string_view name(cipher_suite suite) noexcept {
    auto const* row = detail::find_suite(static_cast<std::uint16_t>(suite));
    return row == nullptr ? std::string_view{} : row->iana_name;
}

/// Room for every suite.
using suite_list = fixed_list<cipher_suite, detail::suite_count>;
} // namespace tlspp::inline TLSPP_ABI
