// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/verify_flags.hpp>

#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/detail/path_search.hpp>
#include <tlspp/x509/policy.hpp>

#include <cstdint>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI::detail {

/// Somebody who wants the path itself, while it lives. A function of its own, so that handshakes do not bring it.
struct path_keeper {
    /// \return 0, or a code that ends the verification.
    int (*keep)(path_keeper& self, const judged_path& path) noexcept;
};

/// Judges the peer's chain of one connection, from Mbed TLS's verify callback. It lives as long as the
/// `mbedtls_ssl_context` that it was set for, at one address.
///
/// Where the path that Mbed TLS built is bad, `path_search` looks for another one, which counts then. In the good case
/// that costs nothing.
class chain_verifier {
public:
    /// \param policy must live as long as the verifier.
    /// \param name views; what it looks at must live as long as the verifier.
    /// \param refuse_all ends the handshake for any flag even where Mbed TLS's own mode would let it pass
    /// (`client_auth::optional`: no certificate is fine, a bad one is not).
    /// \param trust where other paths may end; it must live as long as the verifier. Null: the path that Mbed TLS built
    /// is the only one.
    /// \param keep gets the path that counts, and `on_verify` is not asked; null: a handshake, nothing is kept.
    chain_verifier(const verify_policy& policy, peer_name name, bool refuse_all = false,
                   const trust_store* trust = nullptr, path_keeper* keep = nullptr) noexcept
        : policy_(&policy), name_(name), trust_(trust), keep_(keep), refuse_all_(refuse_all) {}

    /// The function for `mbedtls_ssl_set_verify`: Mbed TLS calls it for the anchor first, for the peer's own
    /// certificate (depth 0) last, each time with the flags it found for that certificate.
    static int callback(void* self, mbedtls_x509_crt* crt, int depth, std::uint32_t* flags) noexcept {
        return static_cast<chain_verifier*>(self)->take(*crt, static_cast<unsigned>(depth), *flags);
    }

    /// All that was found, over the whole chain. Where the callback was never reached, see `ran()`.
    verify_flags flags() const noexcept { return flags_; }
    /// The same with what Mbed TLS adds after the callback (`mbedtls_ssl_get_verify_result`: keyUsage and
    /// extendedKeyUsage of the peer's own certificate).
    verify_flags flags(std::uint32_t verify_result) const noexcept {
        if (verify_result == 0xFFFFFFFFU) { // nothing was judged, or path building broke off
            return ran_ && !flags_.empty() ? flags_ : flags_ | verify_flag::skipped;
        }
        return flags_ | verify_flags(std::uint64_t{verify_result} & found_by_mbedtls);
    }
    /// What the handshake fails for: the same without what `on_verify` forgave.
    verify_flags against(std::uint32_t verify_result) const noexcept {
        if (verify_result == 0xFFFFFFFFU) {
            return flags(verify_result).without(verdict_.accepted);
        }
        return flags_.without(verdict_.accepted) | verify_flags(std::uint64_t{verify_result} & found_by_mbedtls);
    }
    /// True after the peer's own certificate was judged.
    bool ran() const noexcept { return ran_; }
    /// What `on_verify` forgave, refused or threw.
    const hook_verdict& verdict() const noexcept { return verdict_; }
    /// Whom the peer must be.
    const peer_name& name() const noexcept { return name_; }
    /// Ready for another handshake of the same connection.
    void reset() noexcept {
        flags_ = {};
        verdict_ = {};
        path_.size = 0;
        ran_ = false;
    }

private:
    static constexpr std::uint64_t known_to_mbedtls = 0xFFFFFU;
    /// The same without "other", which only `take` sets.
    static constexpr std::uint64_t found_by_mbedtls = known_to_mbedtls & ~std::uint64_t{MBEDTLS_X509_BADCERT_OTHER};

    /// All is decided at depth 0: only then the chain is known as a whole.
    int take(const mbedtls_x509_crt& crt, unsigned depth, std::uint32_t& flags) noexcept {
        if (path_.size == 0) {
            flags_ = {};
            path_.size = depth + 1;
            path_.anchored = (flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) == 0;
        }
        if (depth < judged_path::capacity) {
            path_.certificates[depth] = &crt;
            path_.of_mbedtls[depth] = flags;
        }
        if (depth != 0) {
            flags = 0;
            return 0;
        }
        int const code = path_.size <= judged_path::capacity ? judge() : MBEDTLS_ERR_X509_FATAL_ERROR;
        path_.size = 0; // its certificates are valid in the callback only
        ran_ = true;
        if (code != 0) {
            return code;
        }
        auto const against = flags_.without(verdict_.accepted);
        flags = static_cast<std::uint32_t>(against.bits() & known_to_mbedtls);
        if (against.bits() > known_to_mbedtls) {
            flags |= MBEDTLS_X509_BADCERT_OTHER;
        }
        // Not X509_CERT_VERIFY_FAILED, which Mbed TLS forgives where verification is optional.
        return refuse_all_ && !against.empty() ? MBEDTLS_ERR_X509_FATAL_ERROR : 0;
    }

    /// \return 0, or a code that ends the handshake at once.
    int judge() noexcept {
        // whether the search for other paths was built decides who answers for those that Mbed TLS built: with it, all
        // are judged alike
        constexpr auto links = TLSPP_PATH_SEARCH != 0 ? x509::links::unseen : x509::links::by_mbedtls;
        if (int const code = path_.judge<links>(name_, *policy_); code != 0) {
            return code;
        }
        if constexpr (TLSPP_PATH_SEARCH != 0) {
            if (trust_ != nullptr && path_.could_be_better(*policy_)) {
                const mbedtls_x509_crt& peer = *path_.certificates[0];
                path_search others(*policy_, name_, *trust_, path_search::handshake_budget);
                if (int const code = others.run(peer, peer.next); code != 0) {
                    return code;
                }
                if (others.good()) {
                    path_ = others.path();
                    return finish(); // while what it found lives
                }
            }
        }
        return finish();
    }

    /// What there is to do with the path that counts.
    int finish() noexcept {
        flags_ = path_.found;
        if (keep_ != nullptr) {
            return keep_->keep(*keep_, path_);
        }
        return !x509::chain_and_name_only && policy_->on_verify
                   ? policy_->on_verify.use()(path_, name_.text, *policy_, flags_, verdict_)
                   : 0;
    }

    const verify_policy* policy_;
    peer_name name_;
    const trust_store* trust_;
    path_keeper* keep_;
    judged_path path_;
    verify_flags flags_;
    hook_verdict verdict_;
    bool refuse_all_ = false;
    bool ran_ = false;
};
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
