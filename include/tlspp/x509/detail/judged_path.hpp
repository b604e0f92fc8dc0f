// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/text_part.hpp>
#include <tlspp/x509/checks/all.hpp>
#include <tlspp/x509/checks/name.hpp>
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/detail/review.hpp>
#include <tlspp/x509/policy.hpp>

#include <cstdint>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI::detail {

/// A path from the peer's own certificate (the first one) towards an anchor, with what Mbed TLS found of each
/// certificate and what all checks together found. The certificates are others'.
struct judged_path {
    static constexpr std::size_t capacity = MBEDTLS_X509_MAX_VERIFY_CHAIN_SIZE;

    const mbedtls_x509_crt* certificates[capacity] = {};
    std::uint32_t of_mbedtls[capacity] = {};
    std::size_t size = 0;
    bool anchored = false; ///< the last one is an anchor
#if defined(MBEDTLS_X509_CRL_PARSE_C)
    verify_flags revoked[capacity] = {}; ///< what CRLs say of each certificate
#endif
    verify_flags found;

    x509::chain_view view() const noexcept { return {certificates, size, anchored}; }
    /// What was found of one certificate by itself: for those who want to know which one it was.
    verify_flags of(std::size_t i, const verify_policy& policy) const noexcept;
    /// True where another path from the same certificate could be better.
    bool could_be_better(const verify_policy& policy) const noexcept {
        auto const of_the_peer_itself = verify_flag::expired | verify_flag::not_yet_valid | verify_flag::weak_hash |
                                        verify_flag::weak_key_type | verify_flag::netscape_cert_type;
        auto const hopeless = verify_flag::name_mismatch | verify_flag::no_clock | verify_flag::end_entity |
                              verify_flag::dns_syntax | verify_flag::alternative_names | verify_flag::common_name |
                              verify_flag::server_purposes;
        if (found.empty() || !(found.without(hopeless) == found)) {
            return false;
        }
        auto const of_the_peer = of(0, policy);
        return of_the_peer.without(of_the_peer_itself) == of_the_peer;
    }

    /// Judges it by everything but `on_verify`: fills in `found`.
    /// \tparam Seen by whom its links were seen to.
    /// \return 0, or a code that ends the handshake.
    template <x509::links Seen>
    int judge(const peer_name& name, const verify_policy& policy) noexcept;

private:
    static constexpr std::uint64_t known_to_mbedtls = 0xFFFFFU;
    /// Mbed TLS takes URI entries and common names for host names, and knows nothing of `any`: only the check of this
    /// library counts. The same goes for the time, where there is another clock than the system's.
    static verify_flags not_asked(const verify_policy& policy) noexcept {
        auto const name = verify_flags(verify_flag::name_mismatch);
        return policy.clock != nullptr || policy.insecure_no_clock
                   ? name | verify_flag::expired | verify_flag::not_yet_valid
                   : name;
    }
};

template <x509::links Seen>
int judged_path::judge(const peer_name& name, const verify_policy& policy) noexcept {
    found = {};
    // a certificate that is trusted itself and comes from a callback of Mbed TLS's is its own issuer, and there twice
    if (size == 2 && same_bytes(bytes_of(certificates[0]->raw), bytes_of(certificates[1]->raw))) {
        size = 1;
        of_mbedtls[0] |= of_mbedtls[1];
    }
    for (std::size_t i = 0; i != size; ++i) {
        found |= verify_flags(of_mbedtls[i] & known_to_mbedtls);
    }
    found = found.without(not_asked(policy));
    if (!x509::matches_name(*certificates[0], name, suffixes_of(policy))) {
        found |= verify_flag::name_mismatch;
    }
    if constexpr (x509::chain_and_name_only) {
        return 0;
    } else {
        found |= x509::check_chain<Seen>(view(), policy);
#if defined(MBEDTLS_X509_CRL_PARSE_C)
        if (int const code = review_revocation(view(), policy, revoked, found); code != 0) {
            return code;
        }
#endif
        return review_keys(view(), policy, found);
    }
}

inline verify_flags judged_path::of(std::size_t i, const verify_policy& policy) const noexcept {
    auto flags = verify_flags(of_mbedtls[i] & known_to_mbedtls).without(not_asked(policy));
#if defined(MBEDTLS_X509_CRL_PARSE_C)
    flags |= revoked[i];
#endif
    if (x509::is_built(x509::optional_check::validity) && policy.clock != nullptr && !policy.insecure_no_clock) {
        if (auto const now = policy.clock(policy.clock_context); now >= 0) {
            flags |= x509::check_validity({&certificates[i], 1}, now);
        }
    }
    return i == 0 && found.has(verify_flag::name_mismatch) ? flags | verify_flag::name_mismatch : flags;
}

/// Asks the application, where it wants to be asked.
template <class Policy>
int hook_asking<Policy>::call(const judged_path& path, std::string_view name, const Policy& policy, verify_flags& found,
                              hook_verdict& verdict) noexcept {
    verification view(name, found);
    for (std::size_t i = 0; i != path.size; ++i) {
        view.add(*path.certificates[i], path.of(i, policy));
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
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
