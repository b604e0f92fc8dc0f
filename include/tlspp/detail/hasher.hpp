// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/sha256.hpp>

#include <cstdint>
#include <string_view>

namespace tlspp::inline TLSPP_ABI::detail {

/// SHA-256 over several values, each behind its length, so that no two lists of values make the same text.
class hasher {
public:
    hasher() noexcept : code_(state_.start()) {}
    hasher(const hasher&) = delete;
    hasher& operator=(const hasher&) = delete;

    hasher& number(std::uint64_t n) noexcept {
        unsigned char text[8];
        for (unsigned char& c : text) {
            c = static_cast<unsigned char>(n & 0xFFU);
            n >>= 8;
        }
        return raw(text, sizeof text);
    }
    hasher& part(bytes data) noexcept { return number(data.size()).raw(data.uchars(), data.size()); }
    hasher& text(std::string_view words) noexcept { return part(bytes(words)); }

    result<sha256_digest> finish() noexcept {
        sha256_digest digest{};
        if (code_ == 0) {
            code_ = state_.finish(reinterpret_cast<unsigned char*>(digest.data()));
        }
        if (code_ != 0) {
            return std::unexpected(
                error(is_out_of_memory(code_) ? errc::out_of_memory : errc::internal, reason::none, code_));
        }
        return digest;
    }

private:
    hasher& raw(const unsigned char* data, std::size_t size) noexcept {
        if (code_ == 0 && size != 0) {
            code_ = state_.add(data, size);
        }
        return *this;
    }

    sha256_state state_;
    int code_;
};
} // namespace tlspp::inline TLSPP_ABI::detail
