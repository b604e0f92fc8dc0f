// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/context_checks.hpp>
#include <tlspp/detail/context_state.hpp>

/// \file
/// From options to whom a context trusts, what it shows and what it asks for; in a build without X.509, that nothing but
/// pre-shared keys is left.
namespace tlspp::inline TLSPP_ABI::detail {

#if TLSPP_HAS_X509
/// Client: before everything else.
inline fault take_certificates(context_state& state, const client_options& options) noexcept {
    state.verification.purpose = x509::purpose::server;
    state.verify = options.verify;
    bool const unverified = options.verify == verify_mode::insecure_none;
    if (options.psk) {
        state.psk_for = options.trust || unverified ? psk_use::beside_certificates : psk_use::only;
    }
    bool const verifies = !unverified && state.psk_for != psk_use::only;
    if (fault const done = set_up_checks(state.verification, options, verifies)) {
        return done;
    }
    if (options.identity) {
        state.identities = {*options.identity};
        if (state.identities.failed()) {
            return refused{errc::out_of_memory};
        }
    }
    if (options.trust) {
        state.trust = options.trust;
    } else if (verifies) {
        if constexpr (build::files) {
            auto system = trust_store::system();
            if (!system) {
                return system.error();
            }
            state.trust = std::move(*system);
        } else {
            return refused{errc::no_trust};
        }
    }
    return {};
}

/// Server: before everything else.
inline fault take_certificates(context_state& state, const server_options& options) noexcept {
    state.verification.purpose = x509::purpose::client;
    state.identities = options.identities;
    if (state.identities.failed()) {
        return refused{errc::out_of_memory};
    }
    state.client_auth = options.client_auth;
    state.trust = options.trust;
    if (options.psk) {
        state.psk_for = options.identities.empty() ? psk_use::only : psk_use::beside_certificates;
    } else if (options.identities.empty()) {
        return refused{errc::no_identity};
    }
    if (options.client_auth != client_auth::none && !options.trust) {
        return refused{errc::no_trust, reason::client_ca_missing};
    }
    return set_up_checks(state.verification, options, options.client_auth != client_auth::none);
}

/// Hands Mbed TLS what the context holds.
inline fault install_certificates(context_state& state) noexcept {
    auto& config = state.config;
    for (auto const& own : state.identities) {
        if (!own) {
            return refused{errc::invalid_argument, reason::empty_handle};
        }
        if (int const code = mbedtls_ssl_conf_own_cert(&config, own.chain_handle(), own.key_handle()); code != 0) {
            return refused{errc::out_of_memory, reason::none, code};
        }
        if (fault const prepared = own.prepare(config, state.role)) {
            return prepared;
        }
    }
    if (state.trust) {
        if (!*state.trust) {
            return refused{errc::invalid_argument, reason::empty_handle};
        }
        if (fault const trusted = state.trust->install(config)) {
            return trusted;
        }
    }
    return {};
}

/// What becomes of a bad certificate.
inline fault set_strictness(mbedtls_ssl_config& config, const client_options& options) noexcept {
    switch (options.verify) {
    case verify_mode::required:
        mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_REQUIRED);
        break;
    case verify_mode::insecure_report_only:
        mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_OPTIONAL);
        break;
    case verify_mode::insecure_none:
        mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_NONE);
        break;
    default:
        return refused{errc::invalid_argument}.about(".verify");
    }
    return {};
}

inline fault set_strictness(mbedtls_ssl_config& config, const server_options& options) noexcept {
    switch (options.client_auth) {
    case client_auth::none:
        mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_NONE);
        break;
    // what Mbed TLS calls optional lets bad certificates pass; the verifier refuses them
    case client_auth::optional:
        mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_OPTIONAL);
        break;
    case client_auth::required:
        mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_REQUIRED);
        break;
    default:
        return refused{errc::invalid_argument}.about(".client_auth");
    }
#if defined(MBEDTLS_SSL_SRV_C)
    mbedtls_ssl_conf_cert_req_ca_list(&config, options.send_ca_names ? MBEDTLS_SSL_CERT_REQ_CA_LIST_ENABLED
                                                                     : MBEDTLS_SSL_CERT_REQ_CA_LIST_DISABLED);
#endif
    return {};
}
#else
/// Without a key nobody could be told from anybody else.
template <class Options>
fault take_certificates(context_state& state, const Options& options) noexcept {
    if (!options.psk) {
        return refused{state.role == role::client ? errc::no_trust : errc::no_identity, reason::certificates_not_built};
    }
    state.psk_for = psk_use::only;
    return {};
}
inline fault install_certificates(context_state&) noexcept { return {}; }
template <class Options>
fault set_strictness(mbedtls_ssl_config&, const Options&) noexcept {
    return {};
}
#endif
} // namespace tlspp::inline TLSPP_ABI::detail
