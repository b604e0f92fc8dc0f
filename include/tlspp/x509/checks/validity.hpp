// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/checks/chain.hpp>

#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/time.hpp>

#if TLSPP_HAS_X509

/// \file
/// RFC 5280 §4.1.2.5, §6.1.3(a)(2): all certificates of the chain, the anchor included, are within their validity, both
/// ends of which count. Mbed TLS does this by the system's clock, and not at all where it was built without
/// MBEDTLS_HAVE_TIME_DATE.
namespace tlspp::inline TLSPP_ABI::x509 {

inline verify_flags check_validity(const chain_view& chain, unix_seconds now) noexcept {
    verify_flags found;
    for (std::size_t i = 0; i < chain.size; ++i) {
        if (now > detail::to_unix(chain[i].valid_to)) {
            found |= verify_flag::expired;
        }
        if (now < detail::to_unix(chain[i].valid_from)) {
            found |= verify_flag::not_yet_valid;
        }
    }
    return found;
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
