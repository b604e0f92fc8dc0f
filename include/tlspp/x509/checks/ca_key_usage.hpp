// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/checks/chain.hpp>
#include <tlspp/x509/detail/built.hpp>

#if TLSPP_HAS_X509

/// \file
/// RFC 5280 §4.2.1.3, baseline requirements §7.1.2.10.7: an intermediate says by keyUsage what its key is for. (Where it
/// has the extension, keyCertSign must be in it, under every profile: `key_usage.hpp`.)
namespace tlspp::inline TLSPP_ABI::x509 {

inline verify_flags check_ca_key_usage(const chain_view& chain) noexcept {
    for (std::size_t i = 1; i < chain.size; ++i) {
        if (!chain.is_trusted(i) && !find_extension(chain[i], oids::key_usage)) {
            return verify_flag::key_usage;
        }
    }
    return {};
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
