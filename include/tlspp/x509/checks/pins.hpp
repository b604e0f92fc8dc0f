// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/policy.hpp>

#include <tlspp/x509/checks/chain.hpp>
#include <tlspp/x509/detail/built.hpp>

#if TLSPP_HAS_X509

/// \file
/// RFC 7469 §2.6: after the chain has been judged, one of its keys must be pinned, where keys are; and none may be on
/// the distrust list. Only the chain as it was built counts: a certificate that was merely sent proves nothing.
namespace tlspp::inline TLSPP_ABI::detail {

template <class Policy>
int pin_check<Policy>::call(const x509::chain_view& chain, const Policy& policy, verify_flags& found) noexcept {
    bool pinned = policy.pins.empty();
    for (std::size_t i = 0; i != chain.size; ++i) {
        auto const hash = sha256(bytes_of(chain[i].pk_raw));
        if (!hash) {
            return hash.error() == errc::out_of_memory ? MBEDTLS_ERR_X509_ALLOC_FAILED : MBEDTLS_ERR_X509_FATAL_ERROR;
        }
        spki_pin const key(*hash);
        for (const spki_pin& one : policy.pins) {
            pinned = pinned || one == key;
        }
        for (const spki_pin& one : policy.distrusted) {
            found |= one == key ? verify_flags(verify_flag::distrusted) : verify_flags();
        }
    }
    found |= pinned ? verify_flags() : verify_flags(verify_flag::pin_mismatch);
    return 0;
}
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
