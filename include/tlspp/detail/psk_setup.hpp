// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/context_state.hpp>
#include <tlspp/detail/core.hpp>

/// \file
/// Pre-shared keys in contexts and connections.
namespace tlspp::inline TLSPP_ABI::detail {

#if TLSPP_HAS_PSK && defined(MBEDTLS_SSL_SRV_C)
/// Mbed TLS asks for the key of an identity; whatever is not 0 says that there is none.
inline int on_psk_identity(void* context, mbedtls_ssl_context* ssl, const unsigned char* identity,
                           std::size_t size) noexcept {
    using state = psk_trace::state;
    auto const& store = static_cast<const context_state*>(context)->server->psk;
    auto& trace = static_cast<core*>(mbedtls_ssl_get_user_data_p(ssl))->psk;
    trace.identity.reset(); // a second ClientHello starts afresh
    std::byte room[psk_longest_key] = {};
    auto const found = store.find({reinterpret_cast<const char*>(identity), size}, std::span{room});
    int code = MBEDTLS_ERR_SSL_UNKNOWN_IDENTITY;
    if (!found) {
        trace.at = state::threw;
    } else if (*found == 0) {
        trace.at = state::unknown;
    } else if (*found > sizeof room) {
        trace.at = state::bad_size;
    } else if (!trace.identity.allocate(size)) {
        trace.at = state::no_memory;
    } else {
        std::memcpy(trace.identity.data(), identity, size);
        code = mbedtls_ssl_set_hs_psk(ssl, reinterpret_cast<const unsigned char*>(room), *found);
        trace.at = code == 0 ? state::found : state::no_memory;
    }
    mbedtls_platform_zeroize(room, sizeof room);
    return code;
}
#endif

/// Which of TLS 1.3's key exchanges are allowed.
inline void set_key_exchange_modes([[maybe_unused]] context_state& state) noexcept {
#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
    // a pre-shared key without a fresh key exchange would give up forward secrecy
    int modes = state.psk_for == psk_use::only ? MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_EPHEMERAL
                                               : MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ALL;
    if (state.psk_insecure_no_forward_secrecy) {
        modes |= MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK;
    }
    mbedtls_ssl_conf_tls13_key_exchange_modes(&state.config, modes);
#endif
}

/// After `mbedtls_ssl_config_defaults`.
inline fault set_up_psk([[maybe_unused]] context_state& state, const client_psk& given) noexcept {
#if TLSPP_HAS_PSK
    if (fault const good = check_psk(given.identity, given.key)) {
        return good;
    }
    if (!state.psk_identity.allocate(given.identity.size())) {
        return refused{errc::out_of_memory};
    }
    std::memcpy(state.psk_identity.data(), given.identity.data(), given.identity.size());
    int const code =
        mbedtls_ssl_conf_psk(&state.config, given.key.uchars(), given.key.size(),
                             reinterpret_cast<const unsigned char*>(given.identity.data()), given.identity.size());
    if (code != 0) {
        return is_out_of_memory(code) ? refused{errc::out_of_memory, reason::none, code}
                                      : refused{errc::invalid_argument, reason::psk_identity_too_long, code};
    }
    state.psk_insecure_no_forward_secrecy = given.insecure_no_forward_secrecy;
    return {};
#else
    (void)given;
    return refused{errc::unsupported}.about(".psk");
#endif
}

inline fault set_up_psk([[maybe_unused]] context_state& state, const server_psk& given) noexcept {
#if TLSPP_HAS_PSK && defined(MBEDTLS_SSL_SRV_C)
    if (fault const good = state.server->psk.assign(given)) {
        return good;
    }
    mbedtls_ssl_conf_psk_cb(&state.config, &on_psk_identity, &state);
    state.psk_insecure_no_forward_secrecy = given.insecure_no_forward_secrecy;
    return {};
#else
    (void)given;
    return refused{errc::unsupported}.about(".psk");
#endif
}
} // namespace tlspp::inline TLSPP_ABI::detail
