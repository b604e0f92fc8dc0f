// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/text_part.hpp>
#include <tlspp/detail/text_writer.hpp>

#include <cstddef>
#include <span>
#include <string_view>

/// \file
/// IP addresses as text, without the system's help: strict, the same on every platform.
namespace tlspp::inline TLSPP_ABI::detail {

constexpr int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    char const low = static_cast<char>(c | 0x20);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/// Four decimal numbers without leading zeros, as in RFC 3986's IPv4address; nothing else that inet_aton takes.
constexpr bool parse_ipv4(std::string_view text, std::byte* out) noexcept {
    std::size_t at = 0;
    for (unsigned part = 0; part != 4; ++part) {
        if (part != 0 && (at == text.size() || text[at++] != '.')) {
            return false;
        }
        unsigned value = 0;
        std::size_t const begin = at;
        while (at != text.size() && at - begin != 3 && text[at] >= '0' && text[at] <= '9') {
            value = value * 10 + static_cast<unsigned>(text[at++] - '0');
        }
        if (at == begin || value > 255 || (at - begin > 1 && text[begin] == '0')) {
            return false;
        }
        out[part] = static_cast<std::byte>(value);
    }
    return at == text.size();
}

/// The three text forms of RFC 4291 §2.2: eight groups, one run of zeros as "::", and an IPv4 address as the last two
/// groups. No brackets, no zone.
constexpr bool parse_ipv6(std::string_view text, std::byte (&out)[16]) noexcept {
    std::byte groups[16] = {};
    std::size_t filled = 0; // bytes of `groups` that are set
    std::size_t gap = 17;   // where "::" stands, in bytes; 17: nowhere
    std::size_t at = 0;
    if (text.starts_with("::")) {
        gap = 0;
        at = 2;
    }
    while (at != text.size()) {
        unsigned value = 0;
        std::size_t const begin = at;
        while (at != text.size() && at - begin != 4 && hex_digit(text[at]) >= 0) {
            value = value * 16 + static_cast<unsigned>(hex_digit(text[at++]));
        }
        if (at == begin) {
            return false;
        }
        if (at != text.size() && text[at] == '.') {
            if (filled > 12 || !parse_ipv4(part(text, begin), groups + filled)) {
                return false;
            }
            filled += 4;
            break;
        }
        if (filled > 14) {
            return false;
        }
        groups[filled++] = static_cast<std::byte>(value >> 8);
        groups[filled++] = static_cast<std::byte>(value & 0xFF);
        if (at == text.size()) {
            break;
        }
        if (text[at++] != ':' || at == text.size()) {
            return false;
        }
        if (text[at] == ':') {
            if (gap != 17) {
                return false;
            }
            gap = filled;
            ++at;
        }
    }
    if (gap == 17 ? filled != 16 : filled > 14) { // "::" stands for one group at least
        return false;
    }
    std::size_t const tail = gap == 17 ? 0 : filled - gap;
    for (std::size_t i = 0; i != 16; ++i) {
        out[i] = i < filled - tail ? groups[i] : i < 16 - tail ? std::byte{0} : groups[i - (16 - filled)];
    }
    return true;
}

/// Writes 4 bytes as dotted decimal and 16 as RFC 5952 has them: lower case, the longest run of zeros as "::".
inline void write_ip_address(text_writer& out, std::span<const std::byte> address) noexcept {
    if (address.size() != 16) {
        for (std::size_t i = 0; i != address.size(); ++i) {
            (i == 0 ? out : out << ".").decimal(std::to_integer<int>(address[i]));
        }
        return;
    }
    auto const group = [address](std::size_t i) noexcept {
        return std::to_integer<unsigned>(address[2 * i]) << 8 | std::to_integer<unsigned>(address[2 * i + 1]);
    };
    bool mapped = group(5) == 0xFFFF;
    for (std::size_t i = 0; i != 5; ++i) {
        mapped = mapped && group(i) == 0;
    }
    if (mapped) {
        out << "::ffff:";
        write_ip_address(out, address.subspan(12));
        return;
    }
    std::size_t best = 8;
    std::size_t best_size = 1; // one zero group alone is written as 0
    for (std::size_t i = 0; i != 8; ++i) {
        std::size_t size = 0;
        while (i + size != 8 && group(i + size) == 0) {
            ++size;
        }
        if (size > best_size) {
            best = i;
            best_size = size;
        }
    }
    for (std::size_t i = 0; i < 8; ++i) {
        if (i == best) {
            out << "::";
            i += best_size - 1;
            continue;
        }
        if (i != 0 && i != best + best_size) {
            out << ":";
        }
        bool leading = true;
        for (int shift = 12; shift >= 0; shift -= 4) {
            unsigned const digit = group(i) >> shift & 0xF;
            if (digit != 0 || shift == 0 || !leading) {
                out.put("0123456789abcdef"[digit]);
                leading = false;
            }
        }
    }
}
} // namespace tlspp::inline TLSPP_ABI::detail
