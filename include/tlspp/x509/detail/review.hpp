// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/policy.hpp>

#include <tlspp/detail/text_part.hpp>
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

template <class Policy>
int hook_asking<Policy>::call(const x509::chain_view& chain, const verify_flags* each, std::string_view name,
                              const Policy& policy, verify_flags& found, hook_verdict& verdict) noexcept {
    verification view(name, found);
    for (std::size_t i = 0; i != chain.size; ++i) {
        view.add(chain[i], each[i]);
    }
    verdict.threw = !policy.on_verify(view).has_value();
    if (verdict.threw) {
        return MBEDTLS_ERR_X509_FATAL_ERROR;
    }
    found = view.found();
    verdict.accepted = view.accepted();
    auto const why = view.refusal();
    if (!why.empty() && verdict.sentence.allocate(why.size())) { // without memory it is refused without a sentence
        detail::copy_text(reinterpret_cast<char*>(verdict.sentence.data()), why);
    }
    return 0;
}

/// Revocation, pins and distrust list; what is found is added to `found`.
/// \param mbedtls_flags what Mbed TLS found, one for each certificate of the chain.
/// \param each gets what was found of each certificate by itself: as many as the chain has.
/// \return 0, or a code that ends the handshake: memory ran out.
inline int review_chain(const x509::chain_view& chain, const std::uint32_t* mbedtls_flags, const verify_policy& policy,
                        verify_flags* each, verify_flags& found) noexcept {
    auto const times = verify_flag::expired | verify_flag::not_yet_valid;
    for (std::size_t i = 0; i != revocable(chain, policy.revocation); ++i) {
        if (int const code = x509::check_revocation(chain[i], chain[i + 1], policy, each[i]); code != 0) {
            return code;
        }
        found |= each[i];
    }
    auto* const check_keys = !policy.pins.empty()         ? policy.pins.use()
                             : !policy.distrusted.empty() ? policy.distrusted.use()
                                                          : nullptr;
    if (check_keys != nullptr) {
        if (int const code = check_keys(chain, policy, found); code != 0) {
            return code;
        }
    }
    bool const own_clock = policy.clock != nullptr && !policy.insecure_no_clock;
    unix_seconds const now = own_clock ? policy.clock(policy.clock_context) : -1;
    for (std::size_t i = 0; i != chain.size; ++i) {
        auto of_mbedtls = verify_flags(std::uint64_t{mbedtls_flags[i]}).without(verify_flag::name_mismatch);
        if (own_clock || policy.insecure_no_clock) {
            of_mbedtls = of_mbedtls.without(times);
        }
        each[i] |= of_mbedtls;
        if (now >= 0) {
            each[i] |= x509::check_validity({&chain.certificates[i], 1}, now);
        }
    }
    if (found.has(verify_flag::name_mismatch)) {
        each[0] |= verify_flag::name_mismatch;
    }
    return 0;
}
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
