// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/certificate_chain.hpp>
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/trust_store.hpp>
#include <tlspp/x509/verify.hpp>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI::detail {

/// Copies a path.
struct chain_copy : path_keeper {
    chain_copy() noexcept : path_keeper{&copy} {}
    result<certificate_chain> chain;

private:
    static int copy(path_keeper& self, const judged_path& path) noexcept {
        auto& kept = static_cast<chain_copy&>(self).chain; // NOLINT: `keep` is called with its own object
        kept = certificate_chain::with_size(path.size);
        for (std::size_t i = 0; kept && i != path.size; ++i) {
            if (auto const set = kept->set(i, *path.certificates[i]); !set) {
                kept = std::unexpected(set.error());
            }
        }
        return kept ? 0 : MBEDTLS_ERR_X509_FATAL_ERROR;
    }
};

/// Builds the path of a handshake again, by the same functions over the same certificates, and keeps it. A handshake
/// itself pays nothing for those who never ask.
/// \param sent as the peer sent it, its own certificate first.
inline result<certificate_chain> build_again(const mbedtls_x509_crt& sent, const trust_store& trust,
                                             const verify_policy& policy, const peer_name& name) noexcept {
    chain_copy kept;
    chain_verifier verifier(policy, name, false, &trust, &kept);
    std::uint32_t flags = 0;
    auto* const leaf = const_cast<mbedtls_x509_crt*>(&sent); // read only: x509_crt.c changes nothing in it
    mbedtls_x509_crt* const anchors = trust.parsed_list();   // as `install` does
    int code = 0;
#if defined(MBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK)
    if (anchors == nullptr) {
        code = mbedtls_x509_crt_verify_with_ca_cb(leaf, &trust_store::find_issuers, const_cast<trust_store*>(&trust),
                                                  &strength_of(policy), nullptr, &flags, &chain_verifier::callback,
                                                  &verifier);
    } else
#endif
    {
        code = mbedtls_x509_crt_verify_with_profile(leaf, anchors, nullptr, &strength_of(policy), nullptr, &flags,
                                                    &chain_verifier::callback, &verifier);
    }
    if (!kept.chain) {
        return std::unexpected(kept.chain.error());
    }
    if (is_out_of_memory(code)) {
        return no_memory();
    }
    if (!verifier.ran() || verifier.flags().has(verify_flag::not_trusted)) {
        return std::unexpected(error(errc::certificate_rejected, reason::none, code).with(verify_flag::not_trusted));
    }
    return std::move(kept.chain);
}
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
