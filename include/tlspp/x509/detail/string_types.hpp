// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/bytes.hpp>

#include <tlspp/detail/der_reader.hpp>
#include <tlspp/detail/text_part.hpp>
#include <tlspp/detail/text_writer.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace tlspp::inline TLSPP_ABI::detail {

inline void put_utf8(text_writer& out, std::uint32_t c) noexcept {
    auto const tail = [&out, c](unsigned shift) noexcept {
        out.put(static_cast<char>(0x80U | ((c >> shift) & 0x3FU)));
    };
    if (c < 0x80) {
        out.put(static_cast<char>(c));
    } else if (c < 0x800) {
        out.put(static_cast<char>(0xC0U | (c >> 6)));
        tail(0);
    } else if (c < 0x10000) {
        out.put(static_cast<char>(0xE0U | (c >> 12)));
        tail(6);
        tail(0);
    } else {
        out.put(static_cast<char>(0xF0U | ((c >> 18) & 0x07U)));
        tail(12);
        tail(6);
        tail(0);
    }
}

/// Writes an ASN.1 string as UTF-8: BMPString and UniversalString are UTF-16 and UTF-32, T61String is taken for
/// Latin-1 (as it is used in practice), all else is UTF-8 or ASCII already and copied.
inline std::size_t write_utf8(unsigned char encoding, bytes value, std::span<char> out) noexcept {
    text_writer text{out};
    const unsigned char* p = value.uchars();
    std::size_t const unit = encoding == der_tag::bmp_string ? 2 : encoding == der_tag::universal_string ? 4 : 1;
    if (unit == 1) {
        for (std::size_t i = 0; i != value.size(); ++i) {
            if (encoding == der_tag::t61_string) {
                put_utf8(text, p[i]);
            } else {
                text.put(static_cast<char>(p[i]));
            }
        }
        return text.size();
    }
    std::uint32_t high = 0;
    for (std::size_t i = 0; i + unit <= value.size(); i += unit) {
        std::uint32_t c = 0;
        for (std::size_t k = 0; k != unit; ++k) {
            c = (c << 8) | p[i + k];
        }
        if (unit == 2 && c >= 0xD800 && c < 0xDC00) {
            high = c;
            continue;
        }
        if (high != 0 && c >= 0xDC00 && c < 0xE000) {
            c = 0x10000U + ((high - 0xD800U) << 10) + (c - 0xDC00U);
        }
        high = 0;
        put_utf8(text, c < 0x110000 && (c < 0xD800 || c > 0xDFFF) ? c : 0xFFFDU);
    }
    return text.size();
}

/// The length of the UTF-8 sequence that `text` begins with: 0 where it is not well-formed (RFC 3629).
constexpr std::size_t utf8_sequence(std::string_view text) noexcept {
    auto const at = [text](std::size_t i) noexcept {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    unsigned const lead = at(0);
    if (lead < 0x80) {
        return 1;
    }
    std::size_t const size = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    for (std::size_t i = 1; i < size; ++i) {
        if ((at(i) & 0xC0U) != 0x80U) {
            return 0;
        }
    }
    bool const overlong = (lead == 0xE0 && at(1) < 0xA0) || (lead == 0xF0 && at(1) < 0x90);
    bool const no_character = (lead == 0xED && at(1) > 0x9F) || (lead == 0xF4 && at(1) > 0x8F);
    return overlong || no_character ? 0 : size;
}

/// Text for people: what a terminal could take for a command (control characters, C1 included) and what is no UTF-8
/// becomes `\xNN`; the characters of `special` get a backslash.
inline void write_escaped(text_writer& out, std::string_view text, std::string_view special = {}) noexcept {
    while (!text.empty()) {
        std::size_t size = utf8_sequence(text);
        auto const octet = static_cast<unsigned char>(text[0]);
        bool const c1 = size == 2 && octet == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0;
        if (size == 0 || octet < 0x20 || octet == 0x7F || c1) {
            size = size == 0 ? 1 : size;
            for (char c : detail::part(text, 0, size)) {
                out << "\\x";
                out.hex(static_cast<unsigned char>(c), 2);
            }
        } else {
            if (special.find(text[0]) != std::string_view::npos) {
                out.put('\\');
            }
            out << detail::part(text, 0, size);
        }
        text.remove_prefix(size);
    }
}
} // namespace tlspp::inline TLSPP_ABI::detail
