// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/checks/chain.hpp>
#include <tlspp/x509/detail/built.hpp>

#if TLSPP_HAS_X509

/// \file
/// RFC 5280 §4.1.2.1, baseline requirements §7.1.1: certificates have version 3.
namespace tlspp::inline TLSPP_ABI::x509 {

inline verify_flags check_version(const chain_view& chain) noexcept {
    for (std::size_t i = 0; i < chain.size; ++i) {
        if (!chain.is_trusted(i) && chain[i].version != 3) {
            return verify_flag::version;
        }
    }
    return {};
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
