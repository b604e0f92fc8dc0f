// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/context_state.hpp>

#include <tlspp/detail/context_checks.hpp>
#include <tlspp/detail/context_parameters.hpp>
#include <tlspp/detail/early_data_setup.hpp>
#include <tlspp/detail/inspector.hpp>
#include <tlspp/detail/psk_setup.hpp>
#include <tlspp/detail/session_setup.hpp>

/// \file
/// From options to an `mbedtls_ssl_config`: every check that can be made before the first connection is made here.
namespace tlspp::inline TLSPP_ABI::detail {

inline result<void> check_library() noexcept {
    switch (compare_library()) {
    case library_match::same:
        break;
    case library_match::other_version:
        return std::unexpected(error{errc::library_mismatch, reason::other_version});
    case library_match::other_threading:
        return std::unexpected(error{errc::library_mismatch, reason::other_threading});
    case library_match::other_configuration:
        return std::unexpected(error{errc::library_mismatch, reason::other_configuration});
    }
    if (int const code = psa_start(); code != 0) {
        return std::unexpected(error{is_out_of_memory(code) ? errc::out_of_memory : errc::random, reason::none, code});
    }
    return {};
}

/// What clients and servers have in common. `state` holds role, trust and identities already.
template <class Options>
result<void> set_up(context_state& state, const Options& options) noexcept {
    auto& config = state.config;
    bool const client = state.role == role::client;
    if (options.alpn.failed() || state.identities.failed() || options.keylog.failed() || options.trace.failed()) {
        return std::unexpected(error{errc::out_of_memory});
    }
    if (int const code = mbedtls_ssl_config_defaults(&config, client ? MBEDTLS_SSL_IS_CLIENT : MBEDTLS_SSL_IS_SERVER,
                                                     MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
        code != 0) {
        return std::unexpected(
            error{is_out_of_memory(code) ? errc::out_of_memory : errc::internal, reason::none, code});
    }
    if (auto const done = set_up_parameters(state, options); !done) {
        return done;
    }
#if defined(MBEDTLS_SSL_ALPN)
    if (auto const listed = state.protocols.assign(options.alpn); !listed) {
        return listed;
    }
    if (state.protocols.names() != nullptr) {
        if (int const code = mbedtls_ssl_conf_alpn_protocols(&config, state.protocols.names()); code != 0) {
            return std::unexpected(error{errc::invalid_argument, reason::alpn_too_long, code});
        }
    }
#else
    if (!options.alpn.empty()) {
        return std::unexpected(error{errc::unsupported}.about("MBEDTLS_SSL_ALPN"));
    }
#endif
    if (!inspector::exists && options.trace) {
        return std::unexpected(error{errc::unsupported, reason::inspector_left_out}.about(".trace"));
    }
    state.keylog = options.keylog;
    state.trace = options.trace;
    state.random = options.random;
    if (state.random.function != nullptr) {
        set_random(config, &context_state::draw, &state);
    } else {
#if TLSPP_HAS_PSA
        set_random(config, &psa_random, nullptr);
#else
        return std::unexpected(error{errc::invalid_argument}.about(".random"));
#endif
    }
    if (options.psk) {
        if (auto const shared = set_up_psk(state, *options.psk); !shared) {
            return shared;
        }
    }
    set_key_exchange_modes(state);
    state.require_alpn = options.require_alpn;
    if (options.require_alpn && options.alpn.empty()) {
        return std::unexpected(error{errc::invalid_argument, reason::alpn_required_of_none});
    }
    for (auto const& own : state.identities) {
        if (!own) {
            return std::unexpected(error{errc::invalid_argument, reason::empty_handle});
        }
        if (int const code = mbedtls_ssl_conf_own_cert(&config, own.chain_handle(), own.key_handle()); code != 0) {
            return std::unexpected(error{errc::out_of_memory, reason::none, code});
        }
        if (auto const prepared = own.prepare(config, state.role); !prepared) {
            return prepared;
        }
    }
    if (state.trust) {
        if (!*state.trust) {
            return std::unexpected(error{errc::invalid_argument, reason::empty_handle});
        }
        if (auto const trusted = state.trust->install(config); !trusted) {
            return trusted;
        }
    }
    return {};
}

inline result<void> set_up_client(context_state& state, const client_options& options) noexcept {
    state.role = role::client;
    state.verification.purpose = x509::purpose::server;
    state.verify = options.verify;
    bool const unverified = options.verify == verify_mode::insecure_none;
    if (options.psk) {
        state.psk_for = options.trust || unverified ? psk_use::beside_certificates : psk_use::only;
    }
    bool const verifies = !unverified && state.psk_for != psk_use::only;
    if (auto const done = set_up_checks(state.verification, options, verifies); !done) {
        return done;
    }
    if (options.identity) {
        state.identities = {*options.identity};
    }
    if (options.trust) {
        state.trust = options.trust;
    } else if (verifies) {
        if constexpr (build::files) {
            auto system = trust_store::system();
            if (!system) {
                return std::unexpected(system.error());
            }
            state.trust = std::move(*system);
        } else {
            return std::unexpected(error{errc::no_trust});
        }
    }
    if (auto const done = set_up(state, options); !done) {
        return done;
    }
    auto& config = state.config;
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
        return std::unexpected(error{errc::invalid_argument}.about(".verify"));
    }
    // a server that cannot tell a renegotiation from a first handshake lets an attacker put bytes before ours (RFC
    // 5746)
    state.insecure_legacy_server = options.insecure_legacy_server_connect;
    mbedtls_ssl_conf_legacy_renegotiation(&config, state.insecure_legacy_server ? MBEDTLS_SSL_LEGACY_NO_RENEGOTIATION
                                                                                : MBEDTLS_SSL_LEGACY_BREAK_HANDSHAKE);
    signal_tickets(config);
    if (auto const early = set_up_early_data(state, options.early_data); !early) {
        return early;
    }
    if (options.session_cache) {
        state.cache = &options.session_cache.functions();
        return set_up_session_cache(state, *options.session_cache);
    }
    return {};
}

inline result<void> set_up_server(context_state& state, const server_options& options,
                                  [[maybe_unused]] int (*on_hello)(mbedtls_ssl_context*)) noexcept {
    state.role = role::server;
    state.verification.purpose = x509::purpose::client;
    state.identities = options.identities;
    state.client_auth = options.client_auth;
    state.trust = options.trust;
    state.on_client_hello = options.on_client_hello;
    if (options.on_client_hello.failed()) {
        return std::unexpected(error{errc::out_of_memory});
    }
    if (state.on_client_hello && !build::sni) {
        return std::unexpected(error{errc::unsupported}.about("MBEDTLS_SSL_SERVER_NAME_INDICATION"));
    }
    if (options.psk) {
        state.psk_for = options.identities.empty() ? psk_use::only : psk_use::beside_certificates;
    } else if (options.identities.empty() && !options.identities.failed()) {
        return std::unexpected(error{errc::no_identity});
    }
    if (options.client_auth != client_auth::none && !options.trust) {
        return std::unexpected(error{errc::no_trust, reason::client_ca_missing});
    }
    if (auto const done = set_up_checks(state.verification, options, options.client_auth != client_auth::none); !done) {
        return done;
    }
    if (auto const done = set_up(state, options); !done) {
        return done;
    }
    auto& config = state.config;
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
        return std::unexpected(error{errc::invalid_argument}.about(".client_auth"));
    }
#if defined(MBEDTLS_SSL_SRV_C)
    mbedtls_ssl_conf_cert_req_ca_list(&config, options.send_ca_names ? MBEDTLS_SSL_CERT_REQ_CA_LIST_ENABLED
                                                                     : MBEDTLS_SSL_CERT_REQ_CA_LIST_DISABLED);
#endif
#if defined(MBEDTLS_SSL_SRV_C) && defined(MBEDTLS_SSL_SERVER_NAME_INDICATION)
    mbedtls_ssl_conf_cert_cb(&config, on_hello);
#endif
    if (options.session_cache) {
        if (auto const done = set_up_session_cache(state, *options.session_cache); !done) {
            return done;
        }
    }
    if (auto const done = set_up_tickets(state, options.tickets); !done) {
        return done;
    }
    return set_up_early_data(state, options.early_data, options.tickets.keys.has_value());
}
} // namespace tlspp::inline TLSPP_ABI::detail
