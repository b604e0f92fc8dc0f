// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/certificate.hpp>
#include <tlspp/x509/detail/built.hpp>

#include <optional>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI::detail {

/// Parses certificates one after the other and hands each to `each`, which returns nothing or whether to go on. One
/// that cannot be parsed is passed over; out of memory ends the walk.
template <class Each>
struct certificate_walk {
    Each& each;
    std::optional<error> failure = std::nullopt;

    bool operator()(bytes der, std::size_t = 1) noexcept {
        auto const parsed = certificate::from_der(der);
        if (!parsed) {
            if (parsed.error() == errc::out_of_memory) {
                failure = parsed.error();
            }
            return !failure;
        }
        if constexpr (std::is_void_v<decltype(each(*parsed))>) {
            each(*parsed);
            return true;
        } else {
            return static_cast<bool>(each(*parsed));
        }
    }
};
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
