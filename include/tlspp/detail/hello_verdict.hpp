// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/alert.hpp>
#include <tlspp/error.hpp>
#include <tlspp/x509/identity.hpp>

#include <optional>

namespace tlspp::inline TLSPP_ABI::detail {
struct context_state;

/// What `on_client_hello` decided.
struct hello_verdict {
    static constexpr std::size_t most_identities = 4;

#if TLSPP_HAS_X509
    identity identities[most_identities];
#endif
    std::size_t identity_count = 0;
    ref<const context_state> context; ///< another one, or null
    std::optional<alert> refusal;
    reason fault = reason::none; ///< a decision that makes no sense

#if TLSPP_HAS_X509
    void add(const identity& own) noexcept {
        if (!own) {
            fault = reason::empty_handle;
        } else if (identity_count == most_identities) {
            fault = reason::too_many_identities;
        } else {
            identities[identity_count++] = own;
        }
    }
#endif
    void refuse(alert why) noexcept { refusal = why; }
};
} // namespace tlspp::inline TLSPP_ABI::detail
