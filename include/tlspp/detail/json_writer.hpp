// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/bytes.hpp>

#include <tlspp/x509/detail/string_types.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

/// \file
/// Just enough JSON (RFC 8259) for `text.hpp`. Spacing as Python's `json.dumps` has it; text stays UTF-8.
namespace tlspp::inline TLSPP_ABI::detail {

class json_writer {
public:
    void open(char bracket) {
        separate();
        out_ += bracket;
        first_ = true;
    }
    void close(char bracket) {
        out_ += bracket;
        first_ = false;
    }
    void key(std::string_view name) {
        text(name);
        out_ += ": ";
        first_ = true;
    }
    void number(std::int64_t value) {
        separate();
        out_ += std::to_string(value);
    }
    /// What is no UTF-8 is taken for Latin-1.
    void text(std::string_view value) {
        separate();
        out_ += '"';
        while (!value.empty()) {
            std::size_t const size = utf8_sequence(value);
            if (size > 1) {
                out_ += value.substr(0, size);
            } else {
                character(static_cast<unsigned char>(value[0]));
            }
            value.remove_prefix(size == 0 ? 1 : size);
        }
        out_ += '"';
    }
    std::string take() { return std::move(out_); }

private:
    void separate() {
        if (!first_) {
            out_ += ", ";
        }
        first_ = false;
    }
    void character(unsigned char c) {
        switch (c) {
        case '"':
            out_ += "\\\"";
            return;
        case '\\':
            out_ += "\\\\";
            return;
        case '\n':
            out_ += "\\n";
            return;
        case '\r':
            out_ += "\\r";
            return;
        case '\t':
            out_ += "\\t";
            return;
        default:
            break;
        }
        if (c >= 0x20 && c < 0x7F) {
            out_ += static_cast<char>(c);
        } else {
            out_ += "\\u00";
            out_ += "0123456789abcdef"[c >> 4];
            out_ += "0123456789abcdef"[c & 15U];
        }
    }

    std::string out_;
    bool first_ = true;
};

/// IPv4 with dots, IPv6 as eight groups of upper-case digits without leading zeros, none of them left out.
inline std::string address_like_openssl(bytes address) {
    std::string out;
    const unsigned char* p = address.uchars();
    if (address.size() == 4) {
        for (std::size_t i = 0; i != 4; ++i) {
            out += (i == 0 ? "" : ".") + std::to_string(p[i]);
        }
    } else if (address.size() == 16) {
        for (std::size_t i = 0; i != 16; i += 2) {
            unsigned const group = static_cast<unsigned>(p[i]) << 8 | p[i + 1];
            out += i == 0 ? "" : ":";
            for (unsigned shift = 12, seen = 0;; shift -= 4) {
                unsigned const digit = (group >> shift) & 15U;
                seen |= digit;
                if (seen != 0 || shift == 0) {
                    out += "0123456789ABCDEF"[digit];
                }
                if (shift == 0) {
                    break;
                }
            }
        }
    } else {
        out = "<invalid>";
    }
    return out;
}
} // namespace tlspp::inline TLSPP_ABI::detail
