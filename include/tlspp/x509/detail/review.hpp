// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/policy.hpp>

#include <tlspp/x509/checks/chain.hpp>
#include <tlspp/x509/checks/pins.hpp>
#include <tlspp/x509/checks/revocation.hpp>
#include <tlspp/x509/checks/validity.hpp>
#include <tlspp/x509/detail/built.hpp>

#if TLSPP_HAS_X509

/// \file
/// What is asked of a chain besides form and path: revocation, pins, and, at the end, the application's own word.
namespace tlspp::inline TLSPP_ABI::detail {

/// How many certificates are looked up in CRLs: the last one is an anchor, or has no issuer here.
inline std::size_t revocable(const x509::chain_view& chain, revocation which) noexcept {
    if (which == revocation::off || chain.size < 2) {
        return 0;
    }
    return which == revocation::leaf ? 1 : chain.size - 1;
}

/// What the application said.
struct hook_verdict {
    verify_flags accepted;  ///< what it forgives
    secure_buffer sentence; ///< why it refused
    bool threw = false;

    std::string_view why() const noexcept { return bytes(sentence.data(), sentence.size()).text(); }
};

/// Looks certificates up in CRLs; what is found is added to `found`.
/// \param each gets what was found of each certificate: as many as the chain has.
/// \return 0, or a code that ends the handshake: memory ran out.
inline int review_revocation(const x509::chain_view& chain, const verify_policy& policy, verify_flags* each,
                             verify_flags& found) noexcept {
    for (std::size_t i = 0; i != chain.size; ++i) {
        each[i] = {};
    }
    for (std::size_t i = 0; i != revocable(chain, policy.revocation); ++i) {
        if (int const code = x509::check_revocation(chain[i], chain[i + 1], policy, each[i]); code != 0) {
            return code;
        }
        found |= each[i];
    }
    return 0;
}

/// Pins and distrust list; what is found is added to `found`. \return as `review_revocation`.
inline int review_keys(const x509::chain_view& chain, const verify_policy& policy, verify_flags& found) noexcept {
    auto* const check_keys = !policy.pins.empty()         ? policy.pins.use()
                             : !policy.distrusted.empty() ? policy.distrusted.use()
                                                          : nullptr;
    return check_keys != nullptr ? check_keys(chain, policy, found) : 0;
}
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
