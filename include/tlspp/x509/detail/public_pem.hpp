// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/pem.hpp>

#if defined(MBEDTLS_PEM_PARSE_C)
namespace tlspp::inline TLSPP_ABI::detail {

/// What each character of base64 stands for; 0xFF for all others.
struct base64_values {
    unsigned char of[256] = {};

    constexpr base64_values() noexcept {
        constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (unsigned char& value : of) {
            value = 0xFF;
        }
        for (std::size_t i = 0; i != digits.size(); ++i) {
            of[static_cast<unsigned char>(digits[i])] = static_cast<unsigned char>(i);
        }
    }
};
inline constexpr base64_values base64_value;

/// An upper bound of the bytes that a block decodes to.
inline std::size_t public_bound(const pem_block& block) noexcept { return block.body.size() / 4 * 3 + 3; }

/// As `decode` of pem.hpp, for what is no secret: the same bytes, the same texts refused, and some twenty times faster.
/// Mbed TLS's decoder takes the same time for every character, so that keys do not leak; CA certificates have nothing
/// to leak. Whole groups of four characters are decoded here. Whatever else comes - padding, odd white space, a wrong
/// character - is left, with all that follows, to Mbed TLS.
inline std::size_t decode_public(const pem_block& block, unsigned char* out, std::size_t capacity) noexcept {
    auto const text = base64_of(block);
    auto const* at = reinterpret_cast<const unsigned char*>(text.data());
    const unsigned char* const end = at + text.size();
    std::size_t size = 0;
    while (end - at >= 4) {
        if (*at == '\n' || (at[0] == '\r' && at[1] == '\n')) {
            at += *at == '\n' ? 1 : 2;
            continue;
        }
        unsigned const a = base64_value.of[at[0]];
        unsigned const b = base64_value.of[at[1]];
        unsigned const c = base64_value.of[at[2]];
        unsigned const d = base64_value.of[at[3]];
        if (((a | b | c | d) & 0xC0U) != 0 || capacity - size < 3) {
            break;
        }
        unsigned const group = a << 18 | b << 12 | c << 6 | d;
        out[size] = static_cast<unsigned char>(group >> 16);
        out[size + 1] = static_cast<unsigned char>(group >> 8);
        out[size + 2] = static_cast<unsigned char>(group);
        size += 3;
        at += 4;
    }
    std::size_t rest = 0;
    if (at != end &&
        mbedtls_base64_decode(out + size, capacity - size, &rest, at, static_cast<std::size_t>(end - at)) != 0) {
        return 0;
    }
    return size + rest;
}
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
