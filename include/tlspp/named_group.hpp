// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/mbedtls_algorithms.hpp>
#include <tlspp/fixed_list.hpp>
#include <tlspp/protocol.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tlspp::inline TLSPP_ABI {

/// The groups for key agreement that tlspp offers, under their IANA names and numbers (RFC 8422 §5.1.1, RFC 7919, RFC
/// 8446 §4.2.7). Brainpool's are for TLS 1.2 only, the finite fields for TLS 1.3 only.
enum class named_group : std::uint16_t {
    secp256r1 = 0x0017,
    secp384r1 = 0x0018,
    secp521r1 = 0x0019,
    brainpoolP256r1 = 0x001A,
    brainpoolP384r1 = 0x001B,
    brainpoolP512r1 = 0x001C,
    x25519 = 0x001D,
    x448 = 0x001E,
    ffdhe2048 = 0x0100,
    ffdhe3072 = 0x0101,
    ffdhe4096 = 0x0102,
    ffdhe6144 = 0x0103,
    ffdhe8192 = 0x0104,
};

namespace detail {
struct group_row {
    named_group id;
    bool built;
    bool tls1_2;
    bool tls1_3;
    std::string_view iana_name;
    std::string_view aliases[2]; ///< as OpenSSL takes them; case never counts
};

/// In the order of preference, which is Mbed TLS's: cheap ones first.
inline constexpr group_row group_table[] = {
    {named_group::x25519, built_group::x25519, true, true, "x25519", {}},
    {named_group::secp256r1, built_group::secp256r1, true, true, "secp256r1", {"P-256", "prime256v1"}},
    {named_group::secp384r1, built_group::secp384r1, true, true, "secp384r1", {"P-384"}},
    {named_group::x448, built_group::x448, true, true, "x448", {}},
    {named_group::secp521r1, built_group::secp521r1, true, true, "secp521r1", {"P-521"}},
    {named_group::brainpoolP256r1, built_group::brainpoolP256r1, true, false, "brainpoolP256r1", {}},
    {named_group::brainpoolP384r1, built_group::brainpoolP384r1, true, false, "brainpoolP384r1", {}},
    {named_group::brainpoolP512r1, built_group::brainpoolP512r1, true, false, "brainpoolP512r1", {}},
    {named_group::ffdhe2048, built_group::ffdhe2048, false, true, "ffdhe2048", {}},
    {named_group::ffdhe3072, built_group::ffdhe3072, false, true, "ffdhe3072", {}},
    {named_group::ffdhe4096, built_group::ffdhe4096, false, true, "ffdhe4096", {}},
    {named_group::ffdhe6144, built_group::ffdhe6144, false, true, "ffdhe6144", {}},
    {named_group::ffdhe8192, built_group::ffdhe8192, false, true, "ffdhe8192", {}},
};
inline constexpr std::size_t group_count = sizeof(group_table) / sizeof(group_table[0]);

constexpr const group_row* find_group(std::uint16_t id) noexcept {
    for (auto const& row : group_table) {
        if (static_cast<std::uint16_t>(row.id) == id) {
            return &row;
        }
    }
    return nullptr;
}
} // namespace detail

/// The group's IANA name; empty for a number that is none of `named_group`.
constexpr std::string_view name(named_group group) noexcept {
    auto const* row = detail::find_group(static_cast<std::uint16_t>(group));
    return row == nullptr ? std::string_view{} : row->iana_name;
}

/// Room for every group.
using group_list = fixed_list<named_group, detail::group_count>;
} // namespace tlspp::inline TLSPP_ABI
