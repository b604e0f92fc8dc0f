// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/config.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

/// \file
/// Public suffixes: `co.uk` belongs to nobody, so no certificate may be for all that stands directly below it (baseline
/// requirements §3.2.2.6). Where `TLSPP_PSL` is 1, wildcards are looked up in the Public Suffix List of libpsl, which is
/// then needed; Meson's option `psl` sets it up. The list is as old as the library. Without it, a wildcard before a
/// single label is refused, and no other.
#if TLSPP_PSL
#include <libpsl.h>
#endif

namespace tlspp::inline TLSPP_ABI::detail {

/// Which parts of the list count.
enum class suffix_list : std::uint8_t {
    none,       ///< nothing
    registries, ///< what registries give out, such as `co.uk`
    all,        ///< also what companies do, such as `github.io`
};

/// True where `domain`, in ASCII without dots at its ends, is a public suffix.
inline bool is_public_suffix([[maybe_unused]] std::string_view domain, suffix_list which) noexcept {
    if (which == suffix_list::none) {
        return false;
    }
    if (domain.find('.') == std::string_view::npos) {
        return true;
    }
#if TLSPP_PSL
    char text[256]; // libpsl wants lower case
    if (domain.size() >= sizeof text) {
        return true;
    }
    for (std::size_t i = 0; i != domain.size(); ++i) {
        char const c = domain[i];
        text[i] = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    }
    text[domain.size()] = '\0';
    const psl_ctx_t* const list = psl_builtin();
    // a libpsl without a list cannot tell
    return list == nullptr ||
           psl_is_public_suffix2(list, text, which == suffix_list::all ? PSL_TYPE_ANY : PSL_TYPE_ICANN) != 0;
#else
    return false;
#endif
}
} // namespace tlspp::inline TLSPP_ABI::detail
