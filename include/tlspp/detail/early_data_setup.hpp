// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/session_setup.hpp>

/// \file
/// From options to 0-RTT.
namespace tlspp::inline TLSPP_ABI::detail {

/// What early data needs and this build lacks; empty where it lacks nothing.
inline constexpr std::string_view early_data_lacks = !build::early_data          ? "MBEDTLS_SSL_EARLY_DATA"
                                                     : !resumption_lacks.empty() ? resumption_lacks
                                                     : !build::time              ? "MBEDTLS_HAVE_TIME"
                                                                                 : "";

inline result<void> check_early_data(const context_state& state) noexcept {
    if (!early_data_lacks.empty()) {
        return refused{errc::unsupported, reason::early_data_not_built}.about(early_data_lacks);
    }
    if (state.highest != version::tls1_3) {
        return refused{errc::invalid_argument, reason::early_data_needs_tls1_3};
    }
    if (state.psk_for != psk_use::none) {
        return refused{errc::invalid_argument, reason::tickets_with_psk}.about(".early_data");
    }
    return {};
}

inline result<void> set_up_early_data(context_state& state, early_data wanted) noexcept {
    if (wanted == early_data::off) {
        return {};
    }
    if (wanted != early_data::insecure_replayable) {
        return refused{errc::invalid_argument}.about(".early_data");
    }
    auto const fits = check_early_data(state);
#if defined(MBEDTLS_SSL_EARLY_DATA)
    if (fits) {
        mbedtls_ssl_conf_early_data(&state.config, MBEDTLS_SSL_EARLY_DATA_ENABLED);
        state.early_data = true;
    }
#endif
    return fits;
}

/// After the tickets.
inline result<void> set_up_early_data(context_state& state, const server_early_data& wanted,
                                      bool shared_keys) noexcept {
    if (wanted.first_use.failed()) {
        return refused{errc::out_of_memory};
    }
    if (wanted.max_size > largest_early_data) {
        return refused{errc::invalid_argument}.about(".early_data.max_size");
    }
    if (wanted.max_size == 0) {
        return wanted.first_use || wanted.insecure_replayable
                   ? std::unexpected(error{errc::invalid_argument}.about(".early_data.max_size"))
                   : result<void>{};
    }
    if (auto const fits = check_early_data(state); !fits) {
        return passed_on{fits.error()};
    }
    if (!build::sni) { // for its callback
        return refused{errc::unsupported, reason::early_data_not_built}.about("MBEDTLS_SSL_SERVER_NAME_INDICATION");
    }
    if (!state.server->ticket_ring) {
        return refused{errc::invalid_argument, reason::early_data_without_tickets};
    }
    if (wanted.first_use && wanted.insecure_replayable) {
        return refused{errc::invalid_argument}.about(".early_data.insecure_replayable");
    }
    if (shared_keys && !wanted.first_use && !wanted.insecure_replayable) {
        return refused{errc::invalid_argument, reason::early_data_without_guard};
    }
    if (!wanted.first_use && !wanted.insecure_replayable) {
        state.server->early_used = ref<replay_list>::make();
        if (!state.server->early_used) {
            return refused{errc::out_of_memory};
        }
    }
    state.server->early_guard = wanted.first_use;
#if defined(MBEDTLS_SSL_EARLY_DATA) && defined(MBEDTLS_SSL_SRV_C)
    mbedtls_ssl_conf_early_data(&state.config, MBEDTLS_SSL_EARLY_DATA_ENABLED);
    mbedtls_ssl_conf_max_early_data_size(&state.config, wanted.max_size);
    state.early_data = true;
#endif
    return {};
}
} // namespace tlspp::inline TLSPP_ABI::detail
