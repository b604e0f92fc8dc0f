// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/checks/chain.hpp>
#include <tlspp/x509/detail/built.hpp>

#if TLSPP_HAS_X509

/// \file
/// RFC 5280 §4.2.1.9, §6.1.4(k): whoever issues certificates says in basicConstraints that it is a CA, anchors of
/// version 3 included. An anchor of an older version cannot, and is a CA because it was trusted.
namespace tlspp::inline TLSPP_ABI::x509 {

inline verify_flags check_basic_constraints(const chain_view& chain) noexcept {
    verify_flags found;
    for (std::size_t i = 1; i < chain.size; ++i) {
        const mbedtls_x509_crt& issuer = chain[i];
        bool const old_anchor = chain.is_anchor(i) && issuer.version < 3;
        if (!old_anchor && mbedtls_x509_crt_get_ca_istrue(&issuer) != 1) {
            found |= verify_flag::basic_constraints;
        }
    }
    return found;
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
