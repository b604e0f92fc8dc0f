// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/checks/chain.hpp>
#include <tlspp/x509/detail/built.hpp>

#if TLSPP_HAS_X509

/// \file
/// RFC 5280 §4.2.1.12: where the peer's own certificate has extendedKeyUsage, the purpose is in it, or any purpose. A CA
/// that has the extension passes on no purpose that it does not have itself (CA/Browser Forum baseline §7.1.2.10.6); an
/// anchor that has it was meant to be good for no more.
namespace tlspp::inline TLSPP_ABI::x509 {

inline bool has_purpose(const mbedtls_x509_crt& crt, oid purpose) noexcept {
    return mbedtls_x509_crt_check_extended_key_usage(&crt, purpose.der().data(), purpose.der().size()) == 0;
}

inline verify_flags check_extended_key_usage(const chain_view& chain, oid purpose) noexcept {
    for (std::size_t i = 0; i < chain.size; ++i) {
        if (!has_purpose(chain[i], purpose)) {
            return verify_flag::extended_key_usage;
        }
    }
    return {};
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
