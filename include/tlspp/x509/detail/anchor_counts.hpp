// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/error.hpp>

#include <cstddef>
#include <optional>

namespace tlspp::inline TLSPP_ABI::detail {

/// What became of the certificates of a store.
struct anchor_counts {
    std::size_t distinct = 0; ///< those that can be parsed, each counted once
    std::size_t parsed = 0;   ///< the same with every copy
    std::size_t skipped = 0;
    std::optional<error> first_error; ///< why the first of those skipped was

    void skip(const error& why, std::size_t copies = 1) noexcept {
        skipped += copies;
        if (!first_error) {
            first_error = why;
        }
    }
};
} // namespace tlspp::inline TLSPP_ABI::detail
