// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/dev/options.hpp>

#include <tlspp/detail/dev_certificate.hpp>
#include <tlspp/error.hpp>
#include <tlspp/x509/certificate.hpp>
#include <tlspp/x509/identity.hpp>
#include <tlspp/x509/trust_store.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>
#if TLSPP_EXCEPTIONS
#include <new>
#endif

/// \file
/// Own certificates for tests and development, as Python's trustme makes them: nothing on disk, nothing to set up.
/// Not part of `tlspp.hpp`, so that no issuer is in production code. Needs `MBEDTLS_X509_CRT_WRITE_C`,
/// `MBEDTLS_PEM_WRITE_C` and PSA in the build of Mbed TLS; uses the standard library's strings and vectors.
namespace tlspp::inline TLSPP_ABI {
namespace detail {
/// Runs `f`; what it throws becomes an error. Tagged, so that units with and without exceptions can be linked.
template <bool Exceptions, class F>
auto guarded(F f) noexcept -> decltype(f()) {
#if TLSPP_EXCEPTIONS
    if constexpr (Exceptions) {
        try {
            return f();
        } catch (const std::bad_alloc&) {
            return std::unexpected(error(errc::out_of_memory));
        } catch (...) {
            return std::unexpected(error(errc::callback, reason::callback_threw));
        }
    }
#endif
    return f();
}
} // namespace detail

namespace dev {

#if TLSPP_HAS_ISSUER
/// A certification authority with its key in memory.
/// ```cpp
/// auto ca     = or_throw(dev::authority::create());
/// auto server = or_throw(ca.issue({.dns_names = {"localhost"}, .ip_addresses = {"127.0.0.1"}}));
/// auto trust  = or_throw(ca.trust());
/// ```
/// A cheap handle: copies share one key. The functions of a moved-from one answer `errc::misuse`, or empty.
/// Errors of all that issues: `errc::invalid_argument` and `errc::malformed` for an option that cannot be encoded (with
/// its text), `errc::invalid_name` for a bad address, `errc::unsupported` where the build of Mbed TLS lacks the type
/// of key or the hash, `errc::out_of_memory`, `errc::callback` where a tamper function threw.
/// \par Thread safety As for contexts: one object may be used by several threads where `tlspp::thread_safe`.
class authority {
public:
    /// A new root with a self-signed certificate. RSA keys take a while to generate: about a second.
    template <bool Exceptions = TLSPP_EXCEPTIONS != 0>
    static result<authority> create(const authority_options& options = {}) noexcept {
        return make<Exceptions>(options, nullptr);
    }

    /// A new authority below this one.
    template <bool Exceptions = TLSPP_EXCEPTIONS != 0>
    result<authority> intermediate(const authority_options& options = {}) const noexcept {
        return state_ ? make<Exceptions>(options, state_.get()) : moved_from();
    }

    /// A certificate with its key and its intermediates, parsed as any other would be.
    template <bool Exceptions = TLSPP_EXCEPTIONS != 0>
    result<identity> issue(const certificate_options& options = {}) const noexcept {
        auto const made = issue_pem<Exceptions>(options);
        if (!made) {
            return std::unexpected(made.error());
        }
        return identity::from_pem(made->certificate_pem, made->key_pem);
    }

    /// The same as PEM texts, which other programs take too. Nothing parses them: what was tampered with may be broken.
    template <bool Exceptions = TLSPP_EXCEPTIONS != 0>
    result<credentials> issue_pem(const certificate_options& options = {}) const noexcept {
        return detail::guarded<Exceptions>([&]() -> result<credentials> {
            if (!state_) {
                return moved_from();
            }
            detail::dev_ca::failure_slot failure;
            auto const made = detail::dev_ca::issue(options, state_.get(), false, failure);
            if (!made) {
                return std::unexpected(*failure.first);
            }
            return credentials{made->certificate_pem + made->chain_pem, made->key_pem};
        });
    }

    /// A list of revoked certificates, given by their serial numbers in hexadecimal.
    template <bool Exceptions = TLSPP_EXCEPTIONS != 0>
    result<std::string> crl_pem(const std::vector<std::string>& revoked = {},
                                const crl_options& options = {}) const noexcept {
        return detail::guarded<Exceptions>([&]() -> result<std::string> {
            if (!state_) {
                return moved_from();
            }
            detail::dev_ca::failure_slot failure;
            auto const crl = detail::dev_ca::make_crl(*state_, revoked, options, failure);
            auto text = detail::dev_ca::to_pem("X509 CRL", crl, failure);
            if (failure.first) {
                return std::unexpected(*failure.first);
            }
            return text;
        });
    }

    /// A store with the root of this authority in it, and nothing else.
    result<trust_store> trust() const noexcept {
        return state_ ? trust_store::from_pem(state_->root_pem) : moved_from();
    }

    /// This authority's own certificate.
    result<tlspp::certificate> certificate() const noexcept {
        return state_ ? tlspp::certificate::from_der(state_->certificate_der) : moved_from();
    }
    /// The same as PEM text.
    std::string certificate_pem() const { return state_ ? state_->certificate_pem : std::string(); }
    /// The certificate of the root that it goes back to.
    std::string root_pem() const { return state_ ? state_->root_pem : std::string(); }
    /// Its certificate, followed by the intermediates above it, and its private key: a CA in the place of a server.
    credentials own_credentials() const {
        return state_ ? credentials{state_->certificate_pem + state_->chain_pem, state_->key_pem} : credentials();
    }

private:
    explicit authority(std::shared_ptr<const detail::dev_ca::issued> state) noexcept : state_(std::move(state)) {}

    static std::unexpected<error> moved_from() noexcept {
        return std::unexpected(error(errc::misuse, reason::moved_from));
    }

    template <bool Exceptions>
    static result<authority> make(const authority_options& options, const detail::dev_ca::issued* issuer) noexcept {
        return detail::guarded<Exceptions>([&]() -> result<authority> {
            detail::dev_ca::failure_slot failure;
            auto made = detail::dev_ca::issue(options, issuer, true, failure);
            if (!made) {
                return std::unexpected(*failure.first);
            }
            return authority(std::move(made));
        });
    }

    std::shared_ptr<const detail::dev_ca::issued> state_;
};
#else
/// Not to be had: this build of Mbed TLS cannot write certificates.
class authority {
public:
    /// A root of its own, with a new key.
    template <bool Use = true>
    static result<authority> create(const authority_options& = {}) noexcept {
        static_assert(!Use, "dev::authority needs MBEDTLS_X509_CRT_WRITE_C, MBEDTLS_PEM_WRITE_C and "
                            "MBEDTLS_PSA_CRYPTO_C in the configuration of Mbed TLS");
        return std::unexpected(error(errc::unsupported));
    }
};
#endif
} // namespace dev
} // namespace tlspp::inline TLSPP_ABI
