// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/verify_flags.hpp>

#include <tlspp/x509/checks/all.hpp>
#include <tlspp/x509/checks/name.hpp>
#include <tlspp/x509/detail/review.hpp>
#include <tlspp/x509/policy.hpp>

#include <cstdint>

namespace tlspp::inline TLSPP_ABI::detail {

/// Judges the peer's chain of one connection, from Mbed TLS's verify callback. It lives as long as the
/// `mbedtls_ssl_context` that it was set for, at one address.
class chain_verifier {
public:
    /// \param policy must live as long as the verifier.
    /// \param name views; what it looks at must live as long as the verifier.
    /// \param refuse_all ends the handshake for any flag even where Mbed TLS's own mode would let it pass
    /// (`client_auth::optional`: no certificate is fine, a bad one is not).
    chain_verifier(const verify_policy& policy, peer_name name, bool refuse_all = false) noexcept
        : policy_(&policy), name_(name), refuse_all_(refuse_all) {}

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
    /// Ready for another handshake of the same connection.
    void reset() noexcept {
        flags_ = {};
        verdict_ = {};
        size_ = 0;
        ran_ = false;
    }

private:
    static constexpr std::uint64_t known_to_mbedtls = 0xFFFFFU;
    /// The same without "other", which only `take` sets.
    static constexpr std::uint64_t found_by_mbedtls = known_to_mbedtls & ~std::uint64_t{MBEDTLS_X509_BADCERT_OTHER};

    /// All is decided at depth 0: only then the chain is known as a whole.
    int take(const mbedtls_x509_crt& crt, unsigned depth, std::uint32_t& flags) noexcept {
        verify_flags const here(std::uint64_t{flags} & known_to_mbedtls);
        if (size_ == 0) {
            flags_ = {};
            size_ = depth + 1;
            anchored_ = !here.has(verify_flag::not_trusted);
        }
        flags_ |= here;
        if (depth < capacity) {
            chain_[depth] = &crt;
            of_mbedtls_[depth] = static_cast<std::uint32_t>(here.bits());
        }
        if (depth != 0) {
            flags = 0;
            return 0;
        }
        if (int const code = judge(); code != 0) {
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
        int code = 0;
        // Mbed TLS takes URI entries and common names for host names, and knows nothing of `any`: only the check of
        // this library counts. The same goes for the time, where there is another clock than the system's.
        flags_ = flags_.without(verify_flag::name_mismatch);
        if (policy_->clock != nullptr || policy_->insecure_no_clock) {
            flags_ = flags_.without(verify_flag::expired | verify_flag::not_yet_valid);
        }
        if (!x509::matches_name(*chain_[0], name_)) {
            flags_ |= verify_flag::name_mismatch;
        }
        // the trusted-certificate callback gives a certificate that is its own anchor once more
        if (size_ == 2 && same_bytes(bytes_of(chain_[0]->raw), bytes_of(chain_[1]->raw))) {
            size_ = 1;
        }
        if (size_ > capacity) {
            flags_ |= verify_flag::chain_too_long;
        } else {
            x509::chain_view const chain{chain_, size_, anchored_};
            flags_ |= x509::check_chain(chain, *policy_);
            code = review_chain(chain, of_mbedtls_, name_.text, *policy_, flags_, verdict_);
        }
        for (const mbedtls_x509_crt*& crt : chain_) {
            crt = nullptr; // valid in the callback only
        }
        size_ = 0;
        ran_ = true;
        return code;
    }

    static constexpr unsigned capacity = MBEDTLS_X509_MAX_VERIFY_CHAIN_SIZE;

    const verify_policy* policy_;
    peer_name name_;
    verify_flags flags_;
    const mbedtls_x509_crt* chain_[capacity] = {};
    std::uint32_t of_mbedtls_[capacity] = {};
    hook_verdict verdict_;
    unsigned size_ = 0;
    bool anchored_ = false;
    bool refuse_all_ = false;
    bool ran_ = false;
};
} // namespace tlspp::inline TLSPP_ABI::detail
