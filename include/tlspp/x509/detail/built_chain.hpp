// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/certificate_chain.hpp>
#include <tlspp/x509/policy.hpp>
#include <tlspp/x509/trust_store.hpp>

namespace tlspp::inline TLSPP_ABI::detail {

/// Builds the path of a handshake again, by the same function of Mbed TLS's over the same certificates, and keeps it.
/// A handshake itself pays nothing for those who never ask.
class chain_builder {
public:
    /// \param sent as the peer sent it, its own certificate first.
    static result<certificate_chain> run(const mbedtls_x509_crt& sent, const trust_store& trust,
                                         const verify_policy& policy) noexcept {
        chain_builder builder;
        std::uint32_t flags = 0;
        auto* const leaf = const_cast<mbedtls_x509_crt*>(&sent); // read only: x509_crt.c changes nothing in it
#if defined(MBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK)
        int const code =
            mbedtls_x509_crt_verify_with_ca_cb(leaf, &trust_store::find_issuers, const_cast<trust_store*>(&trust),
                                               &strength_of(policy), nullptr, &flags, &take, &builder);
#else
        int const code = mbedtls_x509_crt_verify_with_profile(leaf, trust.native_handle(), nullptr,
                                                              &strength_of(policy), nullptr, &flags, &take, &builder);
#endif
        if (!builder.chain_) {
            return std::unexpected(builder.chain_.error());
        }
        if (is_out_of_memory(code)) {
            return no_memory();
        }
        bool const broke_off = code != 0 && code != MBEDTLS_ERR_X509_CERT_VERIFY_FAILED;
        if (broke_off || (flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) != 0) {
            return std::unexpected(
                error(errc::certificate_rejected, reason::none, code).with(verify_flag::not_trusted));
        }
        return builder.chain_;
    }

private:
    /// Called for the anchor first.
    static int take(void* self, mbedtls_x509_crt* crt, int depth, std::uint32_t*) noexcept {
        auto& chain = static_cast<chain_builder*>(self)->chain_;
        auto const at = static_cast<std::size_t>(depth);
        if (chain && chain->empty()) {
            chain = certificate_chain::with_size(at + 1);
        }
        if (chain && depth == 0 && chain->size() == 2 && same_bytes((*chain)[1].der(), bytes_of(crt->raw))) {
            chain = certificate_chain::with_size(1); // trusted itself, from a callback: there twice
        }
        if (auto const set = chain ? chain->set(at, *crt) : result<void>(); !set) {
            chain = std::unexpected(set.error());
        }
        return chain ? 0 : MBEDTLS_ERR_X509_FATAL_ERROR;
    }

    result<certificate_chain> chain_;
};
} // namespace tlspp::inline TLSPP_ABI::detail
