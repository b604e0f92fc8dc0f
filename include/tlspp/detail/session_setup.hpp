// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/context_state.hpp>
#include <tlspp/detail/inspector.hpp>
#include <tlspp/detail/sealing.hpp>

/// \file
/// From options to how a context resumes sessions.
namespace tlspp::inline TLSPP_ABI::detail {

/// What resumption needs and this build lacks; empty where it lacks nothing.
inline constexpr std::string_view resumption_lacks = !inspector::exists ? "TLSPP_INSPECTOR"
                                                     : !build::x509     ? "MBEDTLS_X509_CRT_PARSE_C"
                                                     : !build::psa      ? "MBEDTLS_PSA_CRYPTO_C"
                                                                        : "";

inline result<void> set_up_session_cache(context_state& state, const session_cache& cache) noexcept {
    if (!cache) {
        return refused{errc::invalid_argument, reason::empty_handle};
    }
    if (state.psk_for != psk_use::none) {
        return refused{errc::invalid_argument, reason::tickets_with_psk}.about(".session_cache");
    }
    if constexpr (keeps_sessions) {
        state.sessions = cache;
        return {};
    } else {
        return refused{errc::unsupported, reason::tickets_not_built}.about(resumption_lacks);
    }
}

/// A random key, which rotates by itself.
inline result<void> make_ticket_keys(context_state& state) noexcept {
    unsigned char secret[32] = {};
    if (int const code = state.fill(secret, sizeof secret); code != 0) {
        return refused{errc::random, reason::none, code};
    }
    auto first = ticket_key::derive(bytes(secret));
    mbedtls_platform_zeroize(secret, sizeof secret);
    if (!first) {
        return passed_on{first.error()};
    }
    auto const& p = state.verification;
    first->made = p.clock != nullptr ? p.clock(p.clock_context) : system_seconds();
    state.server->ticket_ring = ref<ticket_key_ring>::make(*first, ticket_key());
    state.server->tickets_rotate = true;
    if (!state.server->ticket_ring) {
        return refused{errc::out_of_memory};
    }
    return {};
}

inline result<void> set_up_tickets(context_state& state, const ticket_options& options) noexcept {
    constexpr std::uint32_t longest = 7 * 86400;
    bool const clock = build::time || state.verification.clock != nullptr;
    std::string_view const lacks = !resumption_lacks.empty() ? resumption_lacks
                                   : !build::tickets         ? "MBEDTLS_SSL_SESSION_TICKETS"
                                   : !can_seal               ? "AES and GCM by PSA"
                                   : !clock                  ? "MBEDTLS_HAVE_TIME or .clock"
                                                             : "";
    bool const psk = state.psk_for != psk_use::none;
    auto const count = options.count.value_or(lacks.empty() && !psk ? 2 : 0);
    set_ticket_count(state.config, count);
    if (options.keys && !*options.keys) {
        return refused{errc::invalid_argument, reason::empty_handle};
    }
    if (psk && options.keys) {
        return refused{errc::invalid_argument, reason::tickets_with_psk}.about(".tickets");
    }
    if (options.lifetime == 0 || (count == 0 && options.keys)) {
        return refused{errc::invalid_argument}.about(options.lifetime == 0 ? ".tickets.lifetime" : ".tickets.count");
    }
    if (count == 0) {
        return {};
    }
    if (psk) {
        return refused{errc::invalid_argument, reason::tickets_with_psk}.about(".tickets");
    }
    if (!lacks.empty()) {
        return refused{errc::unsupported, reason::tickets_not_built}.about(lacks);
    }
    state.server->ticket_lifetime = options.lifetime < longest ? options.lifetime : longest;
    if (options.keys) {
        state.server->ticket_ring = options.keys->ring();
        return {};
    }
    return make_ticket_keys(state);
}
} // namespace tlspp::inline TLSPP_ABI::detail
