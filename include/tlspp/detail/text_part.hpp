// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/config.hpp>

#include <cstddef>
#include <cstring>
#include <string_view>

/// \file
/// `substr` and `copy` of `std::string_view` throw, and the functions that do so bring abort, raise and malloc with them
/// into a firmware. These do the same and cannot fail.
namespace tlspp::inline TLSPP_ABI::detail {

/// At most `count` characters of `text`, from `from` on; none where it ends before.
constexpr std::string_view part(std::string_view text, std::size_t from,
                                std::size_t count = std::string_view::npos) noexcept {
    if (from > text.size()) {
        return {};
    }
    text.remove_prefix(from);
    text.remove_suffix(count < text.size() ? text.size() - count : 0);
    return text;
}

/// The whole text, to where there is room for it.
inline void copy_text(char* to, std::string_view text) noexcept {
    if (!text.empty()) {
        std::memcpy(to, text.data(), text.size());
    }
}
} // namespace tlspp::inline TLSPP_ABI::detail
