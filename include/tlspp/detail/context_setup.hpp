// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/context_state.hpp>

#include <tlspp/detail/certificate_setup.hpp>
#include <tlspp/detail/context_parameters.hpp>
#include <tlspp/detail/early_data_setup.hpp>
#include <tlspp/detail/inspector.hpp>
#include <tlspp/detail/psk_setup.hpp>
#include <tlspp/detail/session_setup.hpp>

/// \file
/// From options to an `mbedtls_ssl_config`: every check that can be made before the first connection is made here.
namespace tlspp::inline TLSPP_ABI::detail {

inline fault check_library() noexcept {
    switch (compare_library()) {
    case library_match::same:
        break;
    case library_match::other_version:
        return refused{errc::library_mismatch, reason::other_version};
    case library_match::other_threading:
        return refused{errc::library_mismatch, reason::other_threading};
    case library_match::other_configuration:
        return refused{errc::library_mismatch, reason::other_configuration};
    }
    if (int const code = psa_start(); code != 0) {
        return refused{is_out_of_memory(code) ? errc::out_of_memory : errc::random, reason::none, code};
    }
    return {};
}

/// What clients and servers have in common. `state` holds role, trust and identities already.
template <class Options>
fault set_up(context_state& state, const Options& options) noexcept {
    auto& config = state.config;
    bool const client = state.is_client();
    if (options.alpn.failed() || options.keylog.failed() || options.trace.failed()) {
        return refused{errc::out_of_memory};
    }
    if (int const code = mbedtls_ssl_config_defaults(&config, client ? MBEDTLS_SSL_IS_CLIENT : MBEDTLS_SSL_IS_SERVER,
                                                     MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
        code != 0) {
        return refused{is_out_of_memory(code) ? errc::out_of_memory : errc::internal, reason::none, code};
    }
    if (fault const done = set_up_parameters(state, options)) {
        return done;
    }
#if defined(MBEDTLS_SSL_ALPN)
    if (fault const listed = state.protocols.assign(options.alpn)) {
        return listed;
    }
    if (state.protocols.names() != nullptr) {
        if (int const code = mbedtls_ssl_conf_alpn_protocols(&config, state.protocols.names()); code != 0) {
            return refused{errc::invalid_argument, reason::alpn_too_long, code};
        }
    }
#else
    if (!options.alpn.empty()) {
        return refused{errc::unsupported}.about("MBEDTLS_SSL_ALPN");
    }
#endif
    if (!inspector::exists && options.trace) {
        return refused{errc::unsupported, reason::inspector_left_out}.about(".trace");
    }
    state.keylog = options.keylog;
    if constexpr (inspector::exists) {
        state.trace = options.trace;
    }
    state.random = options.random;
    if (state.random.function != nullptr) {
        if (!build::own_random) {
            return refused{errc::unsupported, reason::random_from_psa_only};
        }
        set_random(config, &context_state::draw, &state);
    } else {
#if TLSPP_HAS_PSA
        set_random(config, &psa_random, nullptr);
#else
        return refused{errc::invalid_argument}.about(".random");
#endif
    }
    if (options.psk) {
        if (fault const shared = set_up_psk(state, *options.psk)) {
            return shared;
        }
    }
    set_key_exchange_modes(state);
    state.require_alpn = options.require_alpn;
    if (options.require_alpn && options.alpn.empty()) {
        return refused{errc::invalid_argument, reason::alpn_required_of_none};
    }
    return install_certificates(state);
}

inline fault set_up_client(context_state& state, const client_options& options) noexcept {
    state.role = role::client;
    if (fault const done = take_certificates(state, options)) {
        return done;
    }
    if (fault const done = set_up(state, options)) {
        return done;
    }
    auto& config = state.config;
    if (fault const done = set_strictness(config, options)) {
        return done;
    }
    // a server that cannot tell a renegotiation from a first handshake lets an attacker put bytes before ours (RFC
    // 5746)
    state.insecure_legacy_server = options.insecure_legacy_server_connect;
    mbedtls_ssl_conf_legacy_renegotiation(&config, state.insecure_legacy_server ? MBEDTLS_SSL_LEGACY_NO_RENEGOTIATION
                                                                                : MBEDTLS_SSL_LEGACY_BREAK_HANDSHAKE);
#if defined(MBEDTLS_SSL_MAX_FRAGMENT_LENGTH)
    if (auto const wanted = options.max_fragment_length.value(); wanted != fragment_length::unlimited) {
        if (mbedtls_ssl_conf_max_frag_len(&config, static_cast<unsigned char>(wanted)) != 0) {
            return refused{errc::invalid_argument, reason::fragment_length};
        }
    }
#endif
    signal_tickets(config);
    if (fault const early = set_up_early_data(state, options.early_data)) {
        return early;
    }
    if (options.session_cache) {
        if constexpr (resumption_lacks.empty()) {
            state.cache = &options.session_cache.functions();
        }
        return set_up_session_cache(state, *options.session_cache);
    }
    return {};
}

inline fault set_up_server(context_state& state, const server_options& options,
                           [[maybe_unused]] int (*on_hello)(mbedtls_ssl_context*)) noexcept {
    state.role = role::server;
    state.server = create_object<server_state>(0);
    if (state.server == nullptr || options.on_client_hello.failed()) {
        return refused{errc::out_of_memory};
    }
    state.server->on_client_hello = options.on_client_hello;
    if (options.on_client_hello && !build::sni) {
        return refused{errc::unsupported}.about("MBEDTLS_SSL_SERVER_NAME_INDICATION");
    }
    if (fault const done = take_certificates(state, options)) {
        return done;
    }
    if (fault const done = set_up(state, options)) {
        return done;
    }
    auto& config = state.config;
    if (fault const done = set_strictness(config, options)) {
        return done;
    }
#if defined(MBEDTLS_SSL_SRV_C) && defined(MBEDTLS_SSL_SERVER_NAME_INDICATION)
    mbedtls_ssl_conf_cert_cb(&config, on_hello);
#endif
    if (options.session_cache) {
        if (fault const done = set_up_session_cache(state, *options.session_cache)) {
            return done;
        }
    }
    if (fault const done = set_up_tickets(state, options.tickets)) {
        return done;
    }
    return set_up_early_data(state, options.early_data, options.tickets.keys.has_value());
}
} // namespace tlspp::inline TLSPP_ABI::detail
