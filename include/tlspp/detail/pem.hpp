// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/bytes.hpp>
#include <tlspp/detail/mbedtls.hpp>
#include <tlspp/detail/memory.hpp>
#include <tlspp/detail/text_part.hpp>

#if defined(MBEDTLS_PEM_PARSE_C)
#include <mbedtls/base64.h>
#endif

#include <cstddef>
#include <string_view>

/// \file
/// PEM (RFC 7468) in any range of bytes: with or without NUL at the end, any line ends, text before, between and
/// after the blocks. Mbed TLS's own reader wants a C string, and stops at the first object.
namespace tlspp::inline TLSPP_ABI::detail {

struct pem_block {
    std::string_view label; ///< between "-----BEGIN " and "-----"
    std::string_view body;  ///< between the two lines
    std::string_view whole; ///< with both lines
    bool complete = false;  ///< its END line is there, with the same label
};

/// Walks over the blocks of a text.
class pem_cursor {
public:
    explicit pem_cursor(bytes text) noexcept : rest_(text.text()) {}

    bool next(pem_block& out) noexcept {
        auto const begin = rest_.find(opening);
        if (begin == std::string_view::npos) {
            rest_ = {};
            return false;
        }
        rest_.remove_prefix(begin);
        out = {};
        auto const label_end = rest_.find(dashes, opening.size());
        auto const line_end = rest_.find('\n');
        if (label_end == std::string_view::npos || label_end > line_end) {
            out.whole = part(rest_, 0, line_end);
            rest_.remove_prefix(out.whole.size());
            return true; // an opening line that is none
        }
        out.label = part(rest_, opening.size(), label_end - opening.size());
        auto const body = label_end + dashes.size();
        auto const next_block = rest_.find(opening, body);
        auto end = part(rest_, 0, next_block).find(closing, body);
        if (end == std::string_view::npos || !part(rest_, end + closing.size()).starts_with(out.label) ||
            !part(rest_, end + closing.size() + out.label.size()).starts_with(dashes)) {
            out.whole = part(rest_, 0, next_block);
            rest_.remove_prefix(out.whole.size());
            return true; // no closing line: the rest up to the next block is lost
        }
        out.body = part(rest_, body, end - body);
        end += closing.size() + out.label.size() + dashes.size();
        out.whole = part(rest_, 0, end);
        out.complete = true;
        rest_.remove_prefix(end);
        return true;
    }

    static bool looks_like_pem(bytes data) noexcept { return data.text().find(opening) != std::string_view::npos; }

private:
    static constexpr std::string_view opening = "-----BEGIN ";
    static constexpr std::string_view closing = "-----END ";
    static constexpr std::string_view dashes = "-----";

    std::string_view rest_;
};

#if defined(MBEDTLS_PEM_PARSE_C)
/// The base64 text of a block, without the white space around it that Mbed TLS's decoder does not take.
inline std::string_view base64_of(const pem_block& block) noexcept {
    constexpr std::string_view space = " \t\r\n";
    auto const from = block.body.find_first_not_of(space);
    if (!block.complete || from == std::string_view::npos) {
        return {};
    }
    return part(block.body, from, block.body.find_last_not_of(space) + 1 - from);
}

/// The bytes that a block decodes to; 0 where it is broken.
inline std::size_t decoded_size(const pem_block& block) noexcept {
    auto const text = base64_of(block);
    std::size_t size = 0;
    int const code =
        mbedtls_base64_decode(nullptr, 0, &size, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    return code == MBEDTLS_ERR_BASE64_BUFFER_TOO_SMALL ? size : 0;
}

/// Decodes into `out`, which has room for `decoded_size(block)`; the bytes written.
inline std::size_t decode(const pem_block& block, unsigned char* out, std::size_t capacity) noexcept {
    auto const text = base64_of(block);
    std::size_t size = 0;
    int const code =
        mbedtls_base64_decode(out, capacity, &size, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    return code == 0 ? size : 0;
}
#endif
} // namespace tlspp::inline TLSPP_ABI::detail
