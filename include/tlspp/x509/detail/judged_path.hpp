// SPDX-License-Identifier: BSL-1.0
#pragma once
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
    verify_flags each[capacity];
    verify_flags found;

    x509::chain_view view() const noexcept { return {certificates, size, anchored}; }
    /// True where another path from the same certificate could be better.
    bool could_be_better() const noexcept {
        auto const of_the_peer_itself = verify_flag::expired | verify_flag::not_yet_valid | verify_flag::weak_hash |
                                        verify_flag::weak_key_type | verify_flag::netscape_cert_type;
        auto const hopeless = verify_flag::name_mismatch | verify_flag::no_clock | verify_flag::end_entity |
                              verify_flag::dns_syntax | verify_flag::alternative_names | verify_flag::common_name |
                              verify_flag::server_purposes;
        return !found.empty() && found.without(hopeless) == found && each[0].without(of_the_peer_itself) == each[0];
    }

    /// Judges it by everything but `on_verify`: fills in `each` and `found`.
    /// \return 0, or a code that ends the handshake.
    int judge(const peer_name& name, const verify_policy& policy) noexcept;
};

inline int judged_path::judge(const peer_name& name, const verify_policy& policy) noexcept {
    constexpr std::uint64_t known_to_mbedtls = 0xFFFFFU;
    found = {};
    // a certificate that is trusted itself and comes from a callback of Mbed TLS's is its own issuer, and there twice
    if (size == 2 && same_bytes(bytes_of(certificates[0]->raw), bytes_of(certificates[1]->raw))) {
        size = 1;
        of_mbedtls[0] |= of_mbedtls[1];
    }
    for (std::size_t i = 0; i != size; ++i) {
        of_mbedtls[i] &= known_to_mbedtls;
        found |= verify_flags(std::uint64_t{of_mbedtls[i]});
        each[i] = {};
    }
    // Mbed TLS takes URI entries and common names for host names, and knows nothing of `any`: only the check of this
    // library counts. The same goes for the time, where there is another clock than the system's.
    found = found.without(verify_flag::name_mismatch);
    if (policy.clock != nullptr || policy.insecure_no_clock) {
        found = found.without(verify_flag::expired | verify_flag::not_yet_valid);
    }
    if (!x509::matches_name(*certificates[0], name, suffixes_of(policy))) {
        found |= verify_flag::name_mismatch;
    }
    found |= x509::check_chain(view(), policy);
    return review_chain(view(), of_mbedtls, policy, each, found);
}
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
