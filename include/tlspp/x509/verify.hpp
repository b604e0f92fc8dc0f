// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/verify_flags.hpp>

#include <tlspp/detail/mbedtls.hpp>
#include <tlspp/x509/checks/name.hpp>

#include <cstdint>

namespace tlspp::inline TLSPP_ABI {

/// How chains are judged: what a context keeps of its options. As it is made by default, it is safe.
struct verify_policy {
    /// Hashes, key types, curves and key sizes that are strong enough, in Mbed TLS's form; null: `detail::safe_profile`.
    const mbedtls_x509_crt_profile* strength = nullptr;
    /// The most certificates between the peer's own and the anchor. Mbed TLS's own limit, 8 unless it was built with
    /// another one, holds in any case.
    std::uint16_t max_intermediates = 8;
};

namespace detail {

/// SHA-256 or better, RSA with 2048 bits or more, the curves that Mbed TLS takes by default (RFC 9325 §4.5).
inline const mbedtls_x509_crt_profile& safe_profile() noexcept { return mbedtls_x509_crt_profile_default; }

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
        return static_cast<chain_verifier*>(self)->judge(*crt, depth, *flags);
    }

    /// All that was found, over the whole chain. Where the callback was never reached, see `ran()`.
    verify_flags flags() const noexcept { return flags_; }
    /// The same with what Mbed TLS adds after the callback (`mbedtls_ssl_get_verify_result`: keyUsage and
    /// extendedKeyUsage of the peer's own certificate).
    verify_flags flags(std::uint32_t verify_result) const noexcept {
        if (verify_result == 0xFFFFFFFFU) { // nothing was judged, or path building broke off
            return ran_ && !flags_.empty() ? flags_ : flags_ | verify_flag::skipped;
        }
        verify_flags all = flags_ | verify_flags(std::uint64_t{verify_result} & known_to_mbedtls);
        return name_decided_ ? all.without(verify_flag::name_mismatch) | name_flag_ : all;
    }
    /// True after the peer's own certificate was judged.
    bool ran() const noexcept { return ran_; }
    /// Ready for another handshake of the same connection.
    void reset() noexcept {
        flags_ = {};
        name_flag_ = {};
        ran_ = false;
        name_decided_ = false;
    }

private:
    static constexpr std::uint64_t known_to_mbedtls = 0xFFFFFU;

    int judge(const mbedtls_x509_crt& crt, int depth, std::uint32_t& flags) noexcept {
        verify_flags here(std::uint64_t{flags} & known_to_mbedtls);
        if (depth > policy_->max_intermediates + 1) {
            here |= verify_flag::chain_too_long;
        }
        if (depth == 0) {
            // Mbed TLS takes URI entries and common names for host names, and knows nothing of `any`: only the check
            // of this library counts.
            name_flag_ = x509::matches_name(crt, name_) ? verify_flags() : verify_flags(verify_flag::name_mismatch);
            here = here.without(verify_flag::name_mismatch) | name_flag_;
            name_decided_ = true;
            ran_ = true;
        }
        flags_ |= here;
        flags = static_cast<std::uint32_t>(here.bits() & known_to_mbedtls);
        if (here.bits() > known_to_mbedtls) {
            flags |= MBEDTLS_X509_BADCERT_OTHER;
        }
        // Not X509_CERT_VERIFY_FAILED, which Mbed TLS forgives where verification is optional.
        return depth == 0 && refuse_all_ && !flags_.empty() ? MBEDTLS_ERR_X509_FATAL_ERROR : 0;
    }

    const verify_policy* policy_;
    peer_name name_;
    verify_flags flags_;
    verify_flags name_flag_;
    bool refuse_all_ = false;
    bool ran_ = false;
    bool name_decided_ = false;
};
} // namespace detail
} // namespace tlspp::inline TLSPP_ABI
