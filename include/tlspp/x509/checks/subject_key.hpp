// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/checks/chain.hpp>
#include <tlspp/x509/detail/built.hpp>

#if TLSPP_HAS_X509

/// \file
/// RFC 5280 §4.2.1.2: a CA has subjectKeyIdentifier, so that certificates can name its key.
namespace tlspp::inline TLSPP_ABI::x509 {

inline verify_flags check_subject_key(const chain_view& chain) noexcept {
    for (std::size_t i = 1; i < chain.size; ++i) {
        if (!chain.is_trusted(i) && detail::bytes_of(chain[i].subject_key_id).empty()) {
            return verify_flag::subject_key;
        }
    }
    return {};
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
