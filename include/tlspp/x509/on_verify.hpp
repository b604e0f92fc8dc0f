// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/certificate.hpp>
#include <tlspp/x509/detail/built.hpp>

#include <tlspp/detail/text_part.hpp>
#include <tlspp/detail/used.hpp>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI {

/// One certificate of a chain that is being judged: a view, of use while `on_verify` runs; `copy()` keeps it.
class judged_certificate {
public:
    judged_certificate() noexcept = default;
    /// Made by the library.
    judged_certificate(const mbedtls_x509_crt& crt, verify_flags flags) noexcept : crt_(&crt), flags_(flags) {}

    /// What speaks against this certificate by itself: its dates, its signature and key, its revocation, and, for the
    /// peer's own, its name. What lies between certificates is in `verification::flags()`.
    verify_flags flags() const noexcept { return flags_; }
    /// The certificate as it came.
    bytes der() const noexcept { return detail::bytes_of(crt_->raw); }
    /// Whose certificate it is.
    x509::distinguished_name subject() const noexcept {
        return x509::distinguished_name(detail::bytes_of(crt_->subject_raw));
    }
    /// Who signed it.
    x509::distinguished_name issuer() const noexcept {
        return x509::distinguished_name(detail::bytes_of(crt_->issuer_raw));
    }
    /// The issuer's number for it.
    bytes serial_number() const noexcept { return detail::bytes_of(crt_->serial); }
    /// From when on it is valid.
    unix_seconds not_before() const noexcept { return detail::to_unix(crt_->valid_from); }
    /// Until when it is valid.
    unix_seconds not_after() const noexcept { return detail::to_unix(crt_->valid_to); }
    /// Kind and size of its key.
    x509::public_key public_key() const noexcept { return x509::describe_key(*crt_); }
    /// SHA-256 over the DER.
    result<sha256_digest> fingerprint() const noexcept { return detail::sha256(der()); }
    /// SHA-256 over SubjectPublicKeyInfo: see `spki_pin`.
    result<sha256_digest> key_hash() const noexcept { return detail::sha256(detail::bytes_of(crt_->pk_raw)); }
    /// A certificate of one's own, with everything that can be asked of it.
    result<certificate> copy() const noexcept { return certificate::from_native(*crt_); }
    /// Mbed TLS's object; `next` is not to be followed.
    const mbedtls_x509_crt* native_handle() const noexcept { return crt_; }

private:
    const mbedtls_x509_crt* crt_ = nullptr;
    verify_flags flags_;
};

/// What `on_verify` sees: the chain as it was built and all that was found, after every check of this library. A range
/// of `judged_certificate`s, the peer's own first, the anchor last where one was reached.
///
/// What Mbed TLS finds in a handshake after it (keyUsage and extendedKeyUsage of the peer's own certificate) is added
/// to the verdict and cannot be forgiven.
/// \par Lifetime Until the callback returns.
class verification {
public:
    const judged_certificate* begin() const noexcept { return chain_; }
    const judged_certificate* end() const noexcept { return chain_ + size_; }
    std::size_t size() const noexcept { return size_; }
    const judged_certificate& operator[](std::size_t i) const noexcept { return chain_[i]; }
    /// The peer's own certificate.
    const judged_certificate& leaf() const noexcept { return chain_[0]; }

    /// The host name or address that the client asked for; empty on servers and under `insecure_any_name`.
    std::string_view name() const noexcept { return name_; }
    /// All that speaks against the chain, less what was forgiven; empty: it will be accepted.
    verify_flags flags() const noexcept { return flags_.without(accepted_); }

    /// Adds a failure of the application's own: the chain is refused with `verify_flag::refused_by_callback`, and the
    /// error's subject is the beginning of this text, up to 47 bytes.
    void refuse(std::string_view why) noexcept {
        flags_ |= verify_flag::refused_by_callback;
        text_size_ = why.size() < sizeof text_ ? why.size() : sizeof text_;
        detail::copy_text(text_, detail::part(why, 0, text_size_));
    }
    /// Forgives failures: the handshake goes on as if they were none. `connection::peer_status()` stays `unverified`,
    /// and `peer_flags()` still tells them. Flags that were not found change nothing. A refusal by `refuse` stays.
    void insecure_accept(verify_flags which) noexcept {
        accepted_ |= verify_flags(which.bits() & flags_.bits()).without(verify_flag::refused_by_callback);
    }

    /// \cond
    static constexpr std::size_t capacity = MBEDTLS_X509_MAX_INTERMEDIATE_CA + 2;
    verification(std::string_view name, verify_flags found) noexcept : name_(name), flags_(found) {}
    verification(const verification&) = delete;
    verification& operator=(const verification&) = delete;
    void add(const mbedtls_x509_crt& crt, verify_flags flags) noexcept {
        if (size_ != capacity) {
            chain_[size_++] = judged_certificate(crt, flags);
        }
    }
    verify_flags found() const noexcept { return flags_; }
    verify_flags accepted() const noexcept { return accepted_; }
    std::string_view refusal() const noexcept { return {text_, text_size_}; }
    /// \endcond

private:
    judged_certificate chain_[capacity];
    std::size_t size_ = 0;
    std::string_view name_;
    verify_flags flags_;
    verify_flags accepted_;
    char text_[error::subject_capacity] = {};
    std::size_t text_size_ = 0;
};

struct verify_policy;
namespace detail {
struct hook_verdict;
struct judged_path;

/// Asks `on_verify`; in judged_path.hpp.
/// \return 0, or a code that ends the handshake.
template <class Policy>
struct hook_asking {
    static int call(const judged_path& path, std::string_view name, const Policy& policy, verify_flags& found,
                    hook_verdict& verdict) noexcept;
};
} // namespace detail

/// The type of `on_verify`: made from any callable that takes a `verification&`. Its copies share one object. It may be
/// called by several threads at once, where several connections are, and must not touch the connection that it is
/// called for. What it throws ends the handshake with `errc::callback`.
using verify_hook = detail::used_function<void(verification&), detail::hook_asking<verify_policy>>;
} // namespace tlspp::inline TLSPP_ABI
#endif
