// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/checks/chain.hpp>
#include <tlspp/x509/detail/built.hpp>

#if TLSPP_HAS_X509

/// \file
/// RFC 5280 §4.2.1.9: an intermediate marks basicConstraints as critical; one that does not would be no CA, and so no
/// danger, to software that knows the extension, and anything to software that does not.
namespace tlspp::inline TLSPP_ABI::x509 {

inline verify_flags check_critical_ca(const chain_view& chain) noexcept {
    for (std::size_t i = 1; i < chain.size; ++i) {
        auto const extension = find_extension(chain[i], oids::basic_constraints);
        if (!chain.is_trusted(i) && extension && !extension->critical) {
            return verify_flag::critical_ca;
        }
    }
    return {};
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
