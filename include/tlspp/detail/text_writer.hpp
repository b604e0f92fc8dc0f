// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/config.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace tlspp::inline TLSPP_ABI::detail {

/// Writes text into a buffer of fixed size; what does not fit is cut, and the text always ends with NUL.
class text_writer {
public:
    explicit text_writer(std::span<char> out) noexcept : out_(out) {
        if (!out_.empty()) {
            out_[0] = '\0';
        }
    }
    text_writer& operator<<(std::string_view text) noexcept {
        for (char c : text) {
            put(c);
        }
        return *this;
    }
    text_writer& decimal(std::int64_t value) noexcept {
        if (value < 0) {
            put('-');
        }
        auto rest = value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
        char digits[20];
        std::size_t n = 0;
        do {
            digits[n++] = static_cast<char>('0' + rest % 10);
            rest /= 10;
        } while (rest != 0);
        while (n != 0) {
            put(digits[--n]);
        }
        return *this;
    }
    text_writer& hex(std::uint64_t value, unsigned digits) noexcept {
        while (digits != 0) {
            --digits;
            put("0123456789ABCDEF"[(value >> (4 * digits)) & 0xF]);
        }
        return *this;
    }
    void put(char c) noexcept {
        if (size_ + 1 < out_.size()) {
            out_[size_++] = c;
            out_[size_] = '\0';
        }
    }
    std::size_t size() const noexcept { return size_; }

private:
    std::span<char> out_;
    std::size_t size_ = 0;
};
} // namespace tlspp::inline TLSPP_ABI::detail
