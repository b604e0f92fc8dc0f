// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/checks/chain.hpp>
#include <tlspp/x509/detail/built.hpp>

#if TLSPP_HAS_X509

/// \file
/// RFC 5280 §4.2.1.9, §6.1.4(l, m): no more intermediate certificates below a CA than its pathLenConstraint allows;
/// self-issued ones do not count. And no more in the whole chain than the caller allows.
namespace tlspp::inline TLSPP_ABI::x509 {

inline verify_flags check_path_length(const chain_view& chain, std::uint32_t max_intermediates) noexcept {
    verify_flags found;
    std::uint32_t below = 0; // intermediates between this CA and the peer's own certificate
    for (std::size_t i = 1; i < chain.size; ++i) {
        auto const extension = find_extension(chain[i], oids::basic_constraints);
        auto const constraints = extension ? read_basic_constraints(*extension) : std::nullopt;
        if (constraints && constraints->path_length && below > *constraints->path_length) {
            found |= verify_flag::path_length;
        }
        if (!is_self_issued(chain[i]) && !chain.is_anchor(i)) {
            ++below;
        }
    }
    return below > max_intermediates ? found | verify_flag::chain_too_long : found;
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
